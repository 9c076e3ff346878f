namespace Eden.Checkpoint.ConsoleHost.Inspection;

/// <summary>Which variant was made from which: variants linked through the commits they name. Holds a bounded number of them. Not thread-safe.</summary>
internal sealed class Lineage
{
    /// <summary>More than anybody can look at, and a few megabytes.</summary>
    public const int MostVariants = 10_000;

    private readonly List<VariantNode> _nodes = [];
    private readonly Dictionary<string, int> _byCommit = new(StringComparer.Ordinal);

    /// <summary>Gets the number of variants seen, held or not.</summary>
    public long Total { get; private set; }

    /// <summary>Gets the variants that are held: the first ones.</summary>
    public IReadOnlyList<VariantNode> Nodes => _nodes;

    public void Add(ReadOnlyMemory<byte> row)
    {
        Total++;
        if (_nodes.Count >= MostVariants || VariantNode.Read(row) is not { } node)
        {
            return;
        }

        var index = _nodes.Count;
        _nodes.Add(node);
        foreach (var commit in new[] { node.Commit, node.Integrated })
        {
            if (commit is not null)
            {
                _byCommit.TryAdd(commit, index);
            }
        }
    }

    /// <summary>Returns the position of the variant that this one was made from, or -1 when its first parent is no held variant's commit.</summary>
    public int ParentOf(int index)
        => _nodes[index].ParentCommits is [var first, ..] && _byCommit.TryGetValue(first, out var parent) && parent != index ? parent : -1;

    /// <summary>Chooses what fits: generation by generation, until <paramref name="mostLines"/> variants are chosen or
    /// <paramref name="mostGenerations"/> are full. Variants that only descend from one another are never reached.</summary>
    public LineageSelection Select(int mostLines, int mostGenerations)
    {
        var children = new Dictionary<int, List<int>>();
        var origins = new List<(string? Commit, List<int> Variants)>();
        var originOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < _nodes.Count; index++)
        {
            var parent = ParentOf(index);
            if (parent >= 0)
            {
                (children.TryGetValue(parent, out var siblings) ? siblings : children[parent] = []).Add(index);
                continue;
            }

            var commit = _nodes[index].ParentCommits is [var first, ..] ? first : null;
            if (!originOf.TryGetValue(commit ?? "", out var origin))
            {
                originOf[commit ?? ""] = origin = origins.Count;
                origins.Add((commit, []));
            }

            origins[origin].Variants.Add(index);
        }

        var chosen = new HashSet<int>();
        var generation = origins.SelectMany(origin => origin.Variants).ToList();
        for (var depth = 0; depth < mostGenerations && generation.Count > 0 && chosen.Count < mostLines; depth++)
        {
            var taken = generation.Take(mostLines - chosen.Count).ToList();
            chosen.UnionWith(taken);
            generation = [.. taken.SelectMany(index => children.TryGetValue(index, out var next) ? next : [])];
        }

        return new LineageSelection(this, origins, children, chosen);
    }
}
