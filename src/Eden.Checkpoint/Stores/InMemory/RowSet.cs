using System.Collections.Immutable;
using System.Text;
using Eden.Checkpoint.Format.Rows;

namespace Eden.Checkpoint.Stores.InMemory;

/// <summary>One state of an <see cref="InMemoryCheckpointStore"/>. Immutable; a change makes another one that shares what stayed.</summary>
internal sealed class RowSet
{
    private static readonly ImmutableSortedDictionary<byte[], byte[]> s_none = ImmutableSortedDictionary.Create<byte[], byte[]>(KeyOrder.Instance);

    private readonly ImmutableArray<ImmutableSortedDictionary<byte[], byte[]>> _keyed;
    private readonly ImmutableList<byte[]> _events;

    private RowSet(
        string experimentId,
        ReadOnlyMemory<byte> experiment,
        ImmutableArray<ImmutableSortedDictionary<byte[], byte[]>> keyed,
        ImmutableList<byte[]> events,
        ImmutableDictionary<string, string> credentialHashes)
    {
        ExperimentId = experimentId;
        Experiment = experiment;
        _keyed = keyed;
        _events = events;
        CredentialHashes = credentialHashes;
    }

    public string ExperimentId { get; }

    public ReadOnlyMemory<byte> Experiment { get; }

    /// <summary>Gets the PHC strings of the workers that came by an import, by id. Never part of a snapshot.</summary>
    public ImmutableDictionary<string, string> CredentialHashes { get; }

    public static RowSet Of(ReadOnlyMemory<byte> experimentJson)
        => new(ReadId(experimentJson), experimentJson.ToArray(), [.. Enumerable.Repeat(s_none, 7)], [], ImmutableDictionary<string, string>.Empty);

    public RowSet WithExperiment(ReadOnlyMemory<byte> experimentJson)
        => new(ReadId(experimentJson), experimentJson.ToArray(), _keyed, _events, CredentialHashes);

    public RowSet With(RegistryKind kind, byte[] key, byte[] row)
        => new(ExperimentId, Experiment, _keyed.SetItem((int)kind, _keyed[(int)kind].SetItem(key, row)), _events, CredentialHashes);

    public RowSet WithEvent(byte[] row) => new(ExperimentId, Experiment, _keyed, _events.Add(row), CredentialHashes);

    /// <summary>Returns the same instance when there is no such row.</summary>
    public RowSet Without(RegistryKind kind, byte[] key)
    {
        var before = _keyed[(int)kind];
        var after = before.Remove(key);
        return ReferenceEquals(before, after) ? this : new RowSet(ExperimentId, Experiment, _keyed.SetItem((int)kind, after), _events,
            kind == RegistryKind.Workers ? CredentialHashes.Remove(Encoding.UTF8.GetString(key)) : CredentialHashes);
    }

    /// <summary>Makes the state that an import leaves.</summary>
    public static RowSet Of(
        ReadOnlyMemory<byte> experimentJson,
        IEnumerable<ImmutableSortedDictionary<byte[], byte[]>> keyed,
        ImmutableList<byte[]> events,
        ImmutableDictionary<string, string> credentialHashes)
        => new(ReadId(experimentJson), experimentJson, [.. keyed], events, credentialHashes);

    public int Count(RegistryKind kind) => kind == RegistryKind.Events ? _events.Count : _keyed[(int)kind].Count;

    public IEnumerable<byte[]> Rows(RegistryKind kind) => kind == RegistryKind.Events ? _events : _keyed[(int)kind].Values;

    private static string ReadId(ReadOnlyMemory<byte> experimentJson)
        => Encoding.UTF8.GetString(RowKey.Read(RowKey.ExperimentField, experimentJson.Span, nameof(experimentJson)));
}
