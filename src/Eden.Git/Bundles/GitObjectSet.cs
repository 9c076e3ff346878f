using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git;

/// <summary>The ids and kinds of a bundle's objects, each once: 33 bytes an object. Immutable and thread-safe.</summary>
public sealed class GitObjectSet
{
    private readonly ObjectHash[] _ids;
    private readonly ObjectKind[] _kinds;

    private GitObjectSet(ObjectHash[] ids, ObjectKind[] kinds, int count, GitObjectFormat format)
    {
        _ids = ids;
        _kinds = kinds;
        Count = count;
        ObjectFormat = format;
    }

    /// <summary>Gets a set without objects.</summary>
    public static GitObjectSet Empty { get; } = new([], [], 0, GitObjectFormat.Sha1);

    /// <summary>Gets the number of objects.</summary>
    public int Count { get; }

    /// <summary>Gets the hash function of the ids.</summary>
    public GitObjectFormat ObjectFormat { get; }

    /// <summary>Lists the objects that only one of two sets has, in the order of their ids. Lazy; texts are made when they are asked for.</summary>
    /// <param name="left">A set.</param>
    /// <param name="right">Another set.</param>
    public static IEnumerable<GitObjectDifference> Differences(GitObjectSet left, GitObjectSet right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return Merge(left, right);
    }

    /// <summary>Reads the objects of a pack.</summary>
    internal static GitObjectSet Of(PackResolver pack)
    {
        var ids = new ObjectHash[pack.Entries.Count];
        for (var entry = 0; entry < ids.Length; entry++)
        {
            ids[entry] = pack.Table.Id(pack.Nodes[entry]);
        }

        var kinds = pack.Entries.Kinds.AsSpan(0, ids.Length).ToArray();
        Array.Sort(ids, kinds);
        return new GitObjectSet(ids, kinds, Distinct(ids, kinds), pack.Format);
    }

    internal string IdAt(int index) => _ids[index].ToHex(ObjectFormat);

    internal GitObjectKind KindAt(int index) => (GitObjectKind)_kinds[index];

    private static IEnumerable<GitObjectDifference> Merge(GitObjectSet left, GitObjectSet right)
    {
        var l = 0;
        var r = 0;
        while (l < left.Count || r < right.Count)
        {
            var order = l == left.Count ? 1 : r == right.Count ? -1 : left._ids[l].CompareTo(right._ids[r]);
            if (order != 0)
            {
                yield return order < 0 ? new GitObjectDifference(left, l, true) : new GitObjectDifference(right, r, false);
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
