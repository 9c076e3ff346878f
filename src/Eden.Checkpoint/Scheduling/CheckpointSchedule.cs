namespace Eden.Checkpoint;

/// <summary>When automatic checkpoints are made and how many are kept: the config's <c>auto_checkpoint</c> block. Immutable.</summary>
public sealed record CheckpointSchedule
{
    /// <summary>Gets a value indicating whether anything happens at all.</summary>
    /// <value><see langword="false"/> by default.</value>
    public bool Enabled { get; init; }

    /// <summary>Gets the time from the end of one periodic attempt, also a failed one, to the next; and from the start to the first.</summary>
    /// <value>More than zero; 1 hour by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or less.</exception>
    public TimeSpan Interval
    {
        get;
        init => field = value > TimeSpan.Zero ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The interval must be more than zero.");
    } = TimeSpan.FromHours(1);

    /// <summary>Gets how many periodic checkpoints of the experiment are kept. Terminal ones are never pruned.</summary>
    /// <value>1 or more; 6 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int RetentionCount
    {
        get;
        init => field = value >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "At least one periodic checkpoint must be kept.");
    } = 6;

    /// <summary>Gets a value indicating whether a terminal checkpoint is made, once, when the experiment is seen to be terminated.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool OnTerminate { get; init; } = true;

    /// <summary>Gets how often the experiment's state is looked at, and how long a failed terminal checkpoint waits for its next attempt.</summary>
    /// <value>1 second to 1 day; 30 seconds by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public TimeSpan StateInterval
    {
        get;
        init => field = value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromDays(1) ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The state interval may be 1 second to 1 day.");
    } = TimeSpan.FromSeconds(30);
}
