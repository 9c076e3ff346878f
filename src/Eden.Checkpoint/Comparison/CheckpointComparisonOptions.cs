using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Options of a comparison. Immutable; a value out of range is an <see cref="ArgumentOutOfRangeException"/>.</summary>
public sealed record CheckpointComparisonOptions
{
    /// <summary>Gets the allowances that may be used; any other difference is one.</summary>
    /// <value><see cref="CheckpointAllowances.All"/> by default.</value>
    public CheckpointAllowances Allowances { get; init; } = CheckpointAllowances.All;

    /// <summary>Gets a value indicating whether the right side is known to come from an import of the left one.</summary>
    /// <value><see langword="true"/>: a claim may be lost from left to right only, and the display name may differ only when the right side has
    /// one, and an <c>imported_from</c> that does not name the left side is a warning. <see langword="false"/>, the default: either side may be the import, for each record.</value>
    public bool RightImportedFromLeft { get; init; }

    /// <summary>Gets a value indicating whether the repositories' object ids are compared, not their refs alone.</summary>
    /// <value><see langword="true"/> by default.</value>
    public bool CompareObjects { get; init; } = true;

    /// <summary>Gets how many differences are listed; the total is always counted.</summary>
    /// <value>1 to 1,000,000; 100 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxDifferences
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "From 1 to 1,000,000 differences can be listed.");
    } = 100;

    /// <summary>Gets how many uses of each allowance are listed; all are counted.</summary>
    /// <value>0 to 1,000,000; 10 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxSamples
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "From 0 to 1,000,000 samples can be listed.");
    } = 10;

    /// <summary>Gets how deep archives' bundles are checked before they are compared.</summary>
    /// <value><see cref="GitVerification.Objects"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public GitVerification Depth { get; init => field = OptionValue.Defined(value); } = GitVerification.Objects;

    /// <summary>Gets the limits that archives and rows are read under.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;

    /// <summary>Gets where temporary files go: a private directory in it, gone when the comparison ends.</summary>
    /// <value><see langword="null"/> for the system's temporary directory, the default. It holds a copy of both sides' rows, and bundles.</value>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets who is told about the progress; <see langword="null"/> for nobody.</summary>
    public IProgress<CheckpointProgress>? Progress { get; init; }
}
