using System.Collections;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint;

/// <summary>The branches and commits that an experiment's rows name: what the cross-reference check looks for in a bundle. Immutable and thread-safe.</summary>
/// <remarks>A million rows may name one commit. Enumerating gives every distinct branch and commit at least once: for each, in the order in which
/// they were first named, the first four records that bind it (<see cref="GitReference.IsBinding"/>) and the first four others.</remarks>
#pragma warning disable CA1710 // The plural says it.
public sealed class CheckpointReferences : IReadOnlyCollection<GitReference>
#pragma warning restore CA1710
{
    private readonly ReferenceTable _table;

    /// <summary>Takes what rows name, in the order of the rows.</summary>
    /// <param name="references">The references.</param>
    /// <exception cref="ArgumentException">A commit is not 40 or 64 lowercase hex digits, or a branch is empty.</exception>
    public CheckpointReferences(IEnumerable<GitReference> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        ReferenceTable? table = null;
        foreach (var reference in references)
        {
            // A selection from the references of an archive goes by the names of that archive.
            table ??= new ReferenceTable(reference?.Names ?? MemberNames.Standard);
            table.Add(reference!);
        }

        _table = table ?? new ReferenceTable(MemberNames.Standard);
    }

    /// <summary>Shows what a table holds, without a copy: it must have been filled before others see this.</summary>
    internal CheckpointReferences(ReferenceTable table) => _table = table;

    /// <summary>Gets the references of an experiment whose rows name nothing.</summary>
    public static CheckpointReferences Empty { get; } = new([]);

    /// <summary>Gets the number of references that enumerating gives.</summary>
    public int Count => _table.ListedCount;

    /// <summary>Gets the number of distinct branches and commits.</summary>
    public int TargetCount => _table.TargetCount;

    /// <summary>Gets the number of references, listed or not, several to one branch or commit included.</summary>
    public long TotalReferences => _table.TotalReferences;

    /// <summary>Enumerates the references; those to one branch or commit come one after the other.</summary>
    public IEnumerator<GitReference> GetEnumerator() => _table.Targets().SelectMany(target => target.Owners()).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Gets the names of the files of the archive whose rows these are.</summary>
    internal MemberNames Names => _table.Names;

    /// <summary>Lists the distinct targets with their first owners.</summary>
    internal IEnumerable<ReferenceTable.ReferenceTarget> Targets() => _table.Targets();
}
