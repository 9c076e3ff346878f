using System.Globalization;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Which groups name which groups as members, and the cycles among them (§4). Not thread-safe.</summary>
/// <remarks>Only memberships between groups are kept, tens of bytes each and at most <see cref="MostEdges"/>: workers cannot close a cycle.</remarks>
/// <param name="fileName">The name of the file of the groups.</param>
/// <param name="mostEdges">How many memberships of groups in groups there may be.</param>
internal sealed class GroupGraph(string fileName, int mostEdges = GroupGraph.MostEdges)
{
    /// <summary>How many memberships of groups in groups one archive may have.</summary>
    public const int MostEdges = 1_000_000;

    private const int MostShown = 8;

    private readonly Dictionary<GroupKey, int> _nodes = [];
    private readonly List<Node> _groups = [];
    private readonly List<Edge> _edges = [];
    private bool _overflowed;

    /// <summary>Notes that a group has a group as a member.</summary>
    /// <param name="group">The <c>grp_</c> id of the row.</param>
    /// <param name="line">The row's line.</param>
    /// <param name="member">The <c>grp_</c> id of the member.</param>
    /// <param name="index">The member's position.</param>
    /// <param name="violations">Takes one violation when there are too many.</param>
    public void Add(ReadOnlySpan<byte> group, long line, ReadOnlySpan<byte> member, int index, ViolationList violations)
    {
        if (_edges.Count >= mostEdges)
        {
            if (!_overflowed)
            {
                _overflowed = true;
                violations.Add(
                    CheckpointRule.Limit,
                    fileName,
                    line,
                    ShownValue.Of(group),
                    "members",
                    string.Create(CultureInfo.InvariantCulture, $"there are more than {mostEdges} memberships of groups in groups"));
            }

            return;
        }

        var from = NodeOf(group);
        var to = NodeOf(member);
        if (_groups[from].Line == 0)
        {
            _groups[from] = _groups[from] with { Line = line };
        }

        _edges.Add(new Edge(from, to, index));
    }

    /// <summary>Reports every membership that closes a cycle. The graph is empty afterwards.</summary>
    public void Complete(ViolationList violations, CancellationToken cancellationToken)
    {
        // A stable order of edges per group: by the group, then as the rows came.
        var firsts = new int[_groups.Count + 1];
        foreach (var edge in _edges)
        {
            firsts[edge.From + 1]++;
        }

        for (var node = 0; node < _groups.Count; node++)
        {
            firsts[node + 1] += firsts[node];
        }

        var next = firsts.AsSpan(0, _groups.Count).ToArray();
        var sorted = new Edge[_edges.Count];
        foreach (var edge in _edges)
        {
            sorted[next[edge.From]++] = edge;
        }

        Walk(firsts, sorted, violations, cancellationToken);
        _nodes.Clear();
        _groups.Clear();
        _edges.Clear();
    }

    private void Walk(int[] firsts, Edge[] edges, ViolationList violations, CancellationToken cancellationToken)
    {
        // Depth first with a stack of our own: a chain of a million groups must not end the process.
        var next = firsts.AsSpan(0, _groups.Count).ToArray();
        var state = new byte[_groups.Count];
        var path = new List<int>();
        for (var root = 0; root < _groups.Count; root++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (state[root] != 0)
            {
                continue;
            }

            state[root] = 1;
            path.Add(root);
            while (path.Count > 0)
            {
                var node = path[^1];
                if (next[node] == firsts[node + 1])
                {
                    state[node] = 2;
                    path.RemoveAt(path.Count - 1);
                    continue;
                }

                var edge = edges[next[node]++];
                if (state[edge.To] == 0)
                {
                    state[edge.To] = 1;
                    path.Add(edge.To);
                }
                else if (state[edge.To] == 1)
                {
                    Report(path, edge, violations);
                }
            }
        }
    }

    private void Report(List<int> path, Edge edge, ViolationList violations)
    {
        if (violations.IsFull)
        {
            violations.AddUnlisted();
            return;
        }

        var start = path.LastIndexOf(edge.To);
        var groups = path.Skip(start).Take(MostShown).Select(node => _groups[node].Key.ToString());
        var rest = path.Count - start > MostShown ? " → …" : string.Empty;
        violations.Add(
            CheckpointRule.GroupCycle,
            fileName,
            _groups[edge.From].Line,
            _groups[edge.From].Key.ToString(),
            string.Create(CultureInfo.InvariantCulture, $"members[{edge.Index}]"),
            $"the group contains itself: {string.Join(" → ", groups)}{rest} → {_groups[edge.To].Key}");
    }

    private int NodeOf(ReadOnlySpan<byte> id)
    {
        var key = GroupKey.Parse(id);
        if (!_nodes.TryGetValue(key, out var node))
        {
            node = _groups.Count;
            _nodes.Add(key, node);
            _groups.Add(new Node(key, 0));
        }

        return node;
    }

    private readonly record struct Node(GroupKey Key, long Line);

    private readonly record struct Edge(int From, int To, int Index);
}
