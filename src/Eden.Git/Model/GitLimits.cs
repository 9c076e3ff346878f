using Eden.Shared;

namespace Eden.Git;

/// <summary>Limits on packs and bundles from an untrusted source. Immutable; a value out of range is an <see cref="ArgumentOutOfRangeException"/>.</summary>
/// <remarks>Passing a limit is a fault of <see cref="GitFaultKind.Limit"/>, found before memory or disk is spent on the value.</remarks>
public sealed record GitLimits
{
    private const long KiB = 1L << 10;
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;
    private const long TiB = 1L << 40;

    /// <summary>Gets the defaults.</summary>
    public static GitLimits Default { get; } = new();

    /// <summary>Gets the largest commit or tag object, in inflated bytes: these are held in memory one at a time.</summary>
    /// <value>1 KiB to 1 GiB; 16 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxCommitBytes { get; init => field = OptionValue.Within(value, KiB, GiB); } = (int)(16 * MiB);

    /// <summary>Gets the largest size that any git object or delta result may declare, in inflated bytes.</summary>
    /// <value>1 KiB to 1 TiB; 4 GiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxObjectBytes { get; init => field = OptionValue.Within(value, KiB, TiB); } = 4 * GiB;

    /// <summary>Gets the largest number of refs in a bundle.</summary>
    /// <value>1 to 100,000,000; 10,000,000 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxBundleRefs { get; init => field = OptionValue.Within(value, 1, 100_000_000); } = 10_000_000;

    /// <summary>Gets the longest header of a bundle, in bytes: its refs are held in memory with little beside their text.</summary>
    /// <value>1 KiB or more; 1 GiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxBundleHeaderBytes { get; init => field = OptionValue.Within(value, KiB, long.MaxValue); } = GiB;

    /// <summary>Gets how many bytes all objects of a bundle may inflate to, together, however large the bundle is.</summary>
    /// <value>1 KiB or more; 1 TiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxBundleInflatedBytes { get; init => field = OptionValue.Within(value, KiB, long.MaxValue); } = TiB;

    /// <summary>Gets how many times the size of its pack all objects of a bundle may inflate to, together. Bundles that stay below
    /// <see cref="SmallBundleInflatedBytes"/> are not held to it.</summary>
    /// <remarks>Compressed data inflates to no more than 1,032 times its size. Deltas have no such bound: a few bytes copy gigabytes. Histories in which one directory
    /// grows by an entry a commit reach some hundreds.</remarks>
    /// <value>1 to 1,000,000,000; 2,000 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxBundleInflation { get; init => field = OptionValue.Within(value, 1, 1_000_000_000); } = 2_000;

    /// <summary>Gets how many bytes all objects of a bundle may inflate to, together, however small the bundle is.</summary>
    /// <value>0 or more; 8 GiB by default. <see cref="MaxBundleInflatedBytes"/> holds for small bundles too.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long SmallBundleInflatedBytes { get; init => field = OptionValue.Within(value, 0, long.MaxValue); } = 8 * GiB;

    /// <summary>Gets how many bytes of a bundle's objects may lie in temporary files at once, on each of the threads that resolve it, of which there are at most four.
    /// Only bases of deltas do, those that are large or that memory is short for; never more than the bundle may inflate to.</summary>
    /// <value>0 or more; 16 GiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxBundleSpilledBytes { get; init => field = OptionValue.Within(value, 0, long.MaxValue); } = 16 * GiB;

    /// <summary>Gets how many faults a report lists; the total is always counted.</summary>
    /// <value>1 to 1,000,000; 100 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxFaults { get; init => field = OptionValue.Within(value, 1, 1_000_000); } = 100;
}
