namespace Eden.Checkpoint.Postgres;

/// <summary>How a <see cref="PostgresCheckpointStore"/> reads. Immutable.</summary>
public sealed record PostgresCheckpointStoreOptions
{
    /// <summary>Gets the experiment that the database must hold; a database with another one is refused with <see cref="ExperimentNotFoundException"/>.</summary>
    /// <value>An experiment id; <see langword="null"/>, the default, takes whichever experiment is there.</value>
    /// <exception cref="ArgumentException">The value is an empty string.</exception>
    public string? ExperimentId
    {
        get;
        init
        {
            if (value is not null)
            {
                ArgumentException.ThrowIfNullOrWhiteSpace(value, nameof(ExperimentId));
            }

            field = value;
        }
    }

    /// <summary>Gets the ceilings on rows; of these the store applies <see cref="CheckpointLimits.MaxLineBytes"/>,
    /// <see cref="CheckpointLimits.MaxExperimentBytes"/> and <see cref="CheckpointLimits.MaxJsonDepth"/>.</summary>
    /// <value><see cref="CheckpointLimits.Default"/> by default.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Limits));
            field = value;
        }
    } = CheckpointLimits.Default;
}
