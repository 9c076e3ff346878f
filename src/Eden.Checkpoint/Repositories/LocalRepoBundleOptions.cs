using Eden.Shared;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint;

/// <summary>Options of <see cref="LocalRepoBundleProvider"/>. Immutable.</summary>
public sealed record LocalRepoBundleOptions
{
    /// <summary>Gets what becomes of a variant whose work branch was deleted.</summary>
    /// <value><see cref="MissingWorkBranches.Refuse"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not defined.</exception>
    public MissingWorkBranches MissingWorkBranches { get; init => field = OptionValue.Defined(value); }

    /// <summary>Gets the ceilings.</summary>
    /// <value><see cref="CheckpointLimits.Default"/> by default.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;

    /// <summary>Gets where messages go; <see langword="null"/> for nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Gets the clock by which durations are measured.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public TimeProvider TimeProvider { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = TimeProvider.System;
}
