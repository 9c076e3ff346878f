using System.Collections.Immutable;
using System.Text;

namespace Eden.Checkpoint.InMemory;

/// <summary>One state of an <see cref="InMemoryCheckpointStore"/>. Immutable; a change makes another one that shares what stayed.</summary>
internal sealed class RowSet
{
    private static readonly ImmutableSortedDictionary<byte[], byte[]> s_none = ImmutableSortedDictionary.Create<byte[], byte[]>(KeyOrder.Instance);

    private readonly ImmutableArray<ImmutableSortedDictionary<byte[], byte[]>> _keyed;
    private readonly ImmutableList<byte[]> _events;

    private RowSet(
        string experimentId, ReadOnlyMemory<byte> experiment, ImmutableArray<ImmutableSortedDictionary<byte[], byte[]>> keyed, ImmutableList<byte[]> events)
    {
        ExperimentId = experimentId;
        Experiment = experiment;
        _keyed = keyed;
        _events = events;
    }

    public string ExperimentId { get; }

    public ReadOnlyMemory<byte> Experiment { get; }

    public static RowSet Of(ReadOnlyMemory<byte> experimentJson)
        => new(ReadId(experimentJson), experimentJson.ToArray(), [.. Enumerable.Repeat(s_none, 7)], []);

    public RowSet WithExperiment(ReadOnlyMemory<byte> experimentJson)
        => new(ReadId(experimentJson), experimentJson.ToArray(), _keyed, _events);

    public RowSet With(RegistryKind kind, byte[] key, byte[] row)
        => new(ExperimentId, Experiment, _keyed.SetItem((int)kind, _keyed[(int)kind].SetItem(key, row)), _events);

    public RowSet WithEvent(byte[] row) => new(ExperimentId, Experiment, _keyed, _events.Add(row));

    /// <summary>Returns the same instance when there is no such row.</summary>
    public RowSet Without(RegistryKind kind, byte[] key)
    {
        var before = _keyed[(int)kind];
        var after = before.Remove(key);
        return ReferenceEquals(before, after) ? this : new RowSet(ExperimentId, Experiment, _keyed.SetItem((int)kind, after), _events);
    }

    public int Count(RegistryKind kind) => kind == RegistryKind.Events ? _events.Count : _keyed[(int)kind].Count;

    public IEnumerable<byte[]> Rows(RegistryKind kind) => kind == RegistryKind.Events ? _events : _keyed[(int)kind].Values;

    private static string ReadId(ReadOnlyMemory<byte> experimentJson)
        => Encoding.UTF8.GetString(RowKey.Read(RowKey.ExperimentField, experimentJson.Span, nameof(experimentJson)));
}
