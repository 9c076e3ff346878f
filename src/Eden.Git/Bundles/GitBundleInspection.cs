using System.Text;
using Eden.Git.Bundles;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git;

/// <summary>The result of an inspection of a bundle, which answers questions about its refs and commits. Immutable and thread-safe.</summary>
public sealed class GitBundleInspection
{
    private readonly PackResolver? _resolver;
    private readonly HistoryWalk? _walk;

    internal GitBundleInspection(
        IReadOnlyList<GitFault> faults,
        long totalViolations,
        IReadOnlyList<string> warnings,
        GitBundleHeader? header,
        PackResolver? resolver,
        HistoryWalk? walk,
        ObjectHash packChecksum)
    {
        Faults = faults;
        TotalFaults = totalViolations;
        Warnings = warnings;
        Header = header;
        _resolver = resolver;
        _walk = walk;
        PackChecksum = packChecksum;
    }

    /// <summary>Gets the faults listed, up to the limit.</summary>
    public IReadOnlyList<GitFault> Faults { get; }

    /// <summary>Gets the number of faults found, listed or not.</summary>
    public long TotalFaults { get; }

    /// <summary>Gets oddities that do not make the bundle damaged.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Gets the header; <see langword="null"/> when it could not be read.</summary>
    public GitBundleHeader? Header { get; }

    /// <summary>Gets the number of refs that the header lists; 0 when it could not be read.</summary>
    public long RefCount => Header?.RefLines.Count ?? 0;

    /// <summary>Gets a value indicating whether no fault was found.</summary>
    public bool IsWhole => TotalFaults == 0;

    /// <summary>Gets the number of objects in the pack; 0 when it could not be read.</summary>
    public long ObjectCount => _resolver?.Entries.Count ?? 0;

    /// <summary>Gets the number of commits that the refs reach.</summary>
    public long ReachableCommitCount => _walk?.CommitCount ?? 0;

    /// <summary>Gets the pack's checksum, which also names it in a repository.</summary>
    internal ObjectHash PackChecksum { get; }

    /// <summary>Gets a value indicating whether the commit graph could be read, so that commits and refs can be looked up.</summary>
    public bool HasCommitGraph => _walk is not null;

    /// <summary>Gets the resolved pack; <see langword="null"/> when it could not be resolved.</summary>
    internal PackResolver? Pack => _resolver;

    /// <summary>Lists the objects of a whole bundle that was inspected at depth <see cref="GitVerification.Objects"/>.</summary>
    /// <returns>Ids and kinds, each once; independent of this instance.</returns>
    /// <exception cref="GitDamagedException">The bundle is not whole.</exception>
    public GitObjectSet GetObjects()
        => IsWhole && _resolver is not null ? GitObjectSet.Of(_resolver) : throw new GitDamagedException(Faults, TotalFaults);

    /// <summary>Throws when a fault was found.</summary>
    /// <exception cref="GitDamagedException">The bundle has faults.</exception>
    public void ThrowIfDamaged()
    {
        if (!IsWhole)
        {
            throw new GitDamagedException(Faults, TotalFaults);
        }
    }

    /// <summary>Looks up a commit by its id in lowercase hex.</summary>
    /// <remarks>At depth <see cref="GitVerification.Commits"/> the ids of trees and blobs are not known: they are <see cref="GitCommitStanding.Absent"/>.</remarks>
    /// <param name="hex">The id.</param>
    public GitCommitStanding FindCommit(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        if (_resolver is null || _walk is null || hex.Length != _resolver.Format.HexLength() || !ObjectHash.TryParse(hex, out var id))
        {
            return GitCommitStanding.Absent;
        }

        var entry = _resolver.Table.FindEntry(id);
        return entry < 0 ? GitCommitStanding.Absent
            : _resolver.Entries.Kinds[entry] != ObjectKind.Commit ? GitCommitStanding.NotACommit
            : _walk.Reached[entry] ? GitCommitStanding.Reachable : GitCommitStanding.Unreachable;
    }

    /// <summary>Looks up a ref by its full name.</summary>
    /// <param name="fullRefName">The name, for example <c>refs/heads/main</c>.</param>
    public GitRefStanding FindRef(string fullRefName)
    {
        ArgumentNullException.ThrowIfNull(fullRefName);
        var index = Header?.RefLines.Find(Encoding.UTF8.GetBytes(fullRefName)) ?? -1;
        if (index < 0)
        {
            return GitRefStanding.Absent;
        }

        var entry = _resolver?.Table.FindEntry(Header!.RefLines.Id(index)) ?? -1;
        return entry >= 0 && _resolver!.Entries.Kinds[entry] == ObjectKind.Commit ? GitRefStanding.Commit : GitRefStanding.NotACommit;
    }
}
