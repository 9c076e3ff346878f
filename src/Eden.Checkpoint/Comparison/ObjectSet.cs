using Eden.Git;
using Eden.Git.Bundles;
using Eden.Git.Objects;
using Eden.Shared;

namespace Eden.Checkpoint.Comparison;

/// <summary>The ids of a pack's objects, sorted, each once: 33 bytes an object. Immutable.</summary>
internal sealed class ObjectSet
{
    private readonly ObjectHash[] _ids;
    private readonly ObjectKind[] _kinds;
    private readonly GitObjectFormat _format;

    private ObjectSet(ObjectHash[] ids, ObjectKind[] kinds, int count, GitObjectFormat format)
    {
        _ids = ids;
        _kinds = kinds;
        _format = format;
        Count = count;
    }

    /// <summary>Gets the number of objects.</summary>
    public int Count { get; }

    /// <summary>Reads a bundle's objects; the placeholder has none.</summary>
    /// <exception cref="CheckpointInvalidException">The bundle is damaged.</exception>
    public static async Task<ObjectSet> ReadAsync(RepoBundle bundle, CheckpointComparisonOptions options, CancellationToken cancellationToken)
    {
        if (bundle.IsEmpty)
        {
            return new ObjectSet([], [], 0, default);
        }

        var inspection = await BundleInspector.InspectAsync(
            bundle, BundleVerification.Objects, options.Limits, options.TemporaryDirectory, options.Progress, cancellationToken).ConfigureAwait(false);
        if (inspection.TotalViolations > 0 || inspection.Pack is null)
        {
            throw new CheckpointInvalidException(inspection.Violations, inspection.TotalViolations);
        }

        var pack = inspection.Pack;
        var ids = new ObjectHash[pack.Entries.Count];
        for (var entry = 0; entry < ids.Length; entry++)
        {
            ids[entry] = pack.Table.Id(pack.Nodes[entry]);
        }

        var kinds = pack.Entries.Kinds.AsSpan(0, ids.Length).ToArray();
        Array.Sort(ids, kinds);
        return new ObjectSet(ids, kinds, Distinct(ids, kinds), pack.Format);
    }

    /// <summary>Reports the objects that one side lacks.</summary>
    public static void Compare(ObjectSet left, ObjectSet right, ComparisonFindings findings)
    {
        var l = 0;
        var r = 0;
        while (l < left.Count || r < right.Count)
        {
            var order = l == left.Count ? 1 : r == right.Count ? -1 : left._ids[l].CompareTo(right._ids[r]);
            if (order != 0 && !findings.ListsDifferences)
            {
                findings.DifferUnlisted();
            }
            else if (order != 0)
            {
                var (side, index) = order < 0 ? (left, l) : (right, r);
                var kind = ObjectHeader.Text(side._kinds[index]);
                findings.Differ(new CheckpointDifference(
                    CheckpointObjectKind.GitObject, side._ids[index].ToHex(side._format), null, order < 0 ? kind : null, order > 0 ? kind : null));
            }

            l += order <= 0 ? 1 : 0;
            r += order >= 0 ? 1 : 0;
        }
    }

    /// <summary>A pack may hold an object twice: moves the repetitions out of the way and returns how many objects are left.</summary>
    private static int Distinct(ObjectHash[] ids, ObjectKind[] kinds)
    {
        var count = 0;
        for (var index = 0; index < ids.Length; index++)
        {
            if (count == 0 || ids[count - 1] != ids[index])
            {
                ids[count] = ids[index];
                kinds[count++] = kinds[index];
            }
        }

        return count;
    }
}
