using System.Text;
using Eden.Checkpoint;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Bundles;

/// <summary>What an inspection found out about a bundle. Immutable and thread-safe.</summary>
internal sealed class BundleInspection
{
    private readonly PackResolver? _resolver;
    private readonly HistoryWalk? _walk;

    public BundleInspection(
        IReadOnlyList<CheckpointViolation> violations,
        long totalViolations,
        IReadOnlyList<string> warnings,
        GitBundleHeader? header,
        PackResolver? resolver,
        HistoryWalk? walk,
        ObjectHash packChecksum)
    {
        Violations = violations;
        TotalViolations = totalViolations;
        Warnings = warnings;
        Header = header;
        _resolver = resolver;
        _walk = walk;
        PackChecksum = packChecksum;
    }

    /// <summary>Gets the violations listed, up to the limit.</summary>
    public IReadOnlyList<CheckpointViolation> Violations { get; }

    /// <summary>Gets the number of violations found, listed or not.</summary>
    public long TotalViolations { get; }

    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Gets the header; <see langword="null"/> when it could not be read.</summary>
    public GitBundleHeader? Header { get; }

    public long RefCount => Header?.RefLines.Count ?? 0;

    /// <summary>Gets the number of objects in the pack; 0 when it could not be read.</summary>
    public long ObjectCount => _resolver?.Entries.Count ?? 0;

    public long ReachableCommitCount => _walk?.CommitCount ?? 0;

    /// <summary>Gets the pack's checksum, which also names it in a repository.</summary>
    public ObjectHash PackChecksum { get; }

    /// <summary>Gets a value indicating whether the commit graph could be read, so that commits and refs can be looked up.</summary>
    public bool HasCommitGraph => _walk is not null;

    /// <summary>Gets the resolved pack; <see langword="null"/> when it could not be resolved.</summary>
    public PackResolver? Pack => _resolver;

    /// <summary>Looks up a commit by its id in lowercase hex.</summary>
    /// <remarks>At depth <see cref="BundleVerification.Commits"/> the ids of trees and blobs are not known: they are <see cref="CommitStanding.Absent"/>.</remarks>
    public CommitStanding FindCommit(string hex)
    {
        if (_resolver is null || _walk is null || hex.Length != _resolver.Format.HexLength() || !ObjectHash.TryParse(hex, out var id))
        {
            return CommitStanding.Absent;
        }

        var entry = _resolver.Table.FindEntry(id);
        return entry < 0 ? CommitStanding.Absent
            : _resolver.Entries.Kinds[entry] != ObjectKind.Commit ? CommitStanding.NotACommit
            : _walk.Reached[entry] ? CommitStanding.Reachable : CommitStanding.Unreachable;
    }

    /// <summary>Looks up a ref by its full name.</summary>
    public RefStanding FindRef(string fullRefName)
    {
        var index = Header?.RefLines.Find(Encoding.UTF8.GetBytes(fullRefName)) ?? -1;
        if (index < 0)
        {
            return RefStanding.Absent;
        }

        var entry = _resolver?.Table.FindEntry(Header!.RefLines.Id(index)) ?? -1;
        return entry >= 0 && _resolver!.Entries.Kinds[entry] == ObjectKind.Commit ? RefStanding.Commit : RefStanding.NotACommit;
    }
}
