namespace Eden.Checkpoint;

/// <summary>Options of a <see cref="PostgresCheckpointStore"/>. Immutable.</summary>
public sealed record PostgresCheckpointStoreOptions
{
    /// <summary>Gets the experiment that the database must hold; a database with another one is refused with <see cref="ExperimentNotFoundException"/>.</summary>
    /// <value>An experiment id; <see langword="null"/>, the default, takes whichever experiment is there.</value>
    /// <exception cref="ArgumentException">The value is no experiment id.</exception>
    public string? ExperimentId { get; init => field = value is null ? null : OpaqueId.RequireExperimentId(value, nameof(value)); }

    /// <summary>Gets how many registries may be read side by side from one snapshot, each through a connection of its own that shares the
    /// first one's snapshot (<c>pg_export_snapshot</c>, which engines other than PostgreSQL may lack). A connection is opened when it is first needed.</summary>
    /// <value>1 to 7; 1 by default: one read at a time.</value>
    /// <remarks>With more than one, the snapshot's <see cref="IStoreSnapshot.ReadRowsAsync"/> may be enumerated by that many readers at once;
    /// one more is an <see cref="InvalidOperationException"/>. The data source's pool must have room for them.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxConnections
    {
        get;
        init => field = value is >= 1 and <= 7 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A snapshot may have 1 to 7 connections.");
    } = 1;

    /// <summary>Gets the ceilings on rows; of these the store applies <see cref="CheckpointLimits.MaxLineBytes"/>,
    /// <see cref="CheckpointLimits.MaxExperimentBytes"/> and <see cref="CheckpointLimits.MaxJsonDepth"/>.</summary>
    /// <value><see cref="CheckpointLimits.Default"/> by default.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;
}
