using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Limits on archives, rows and bundles from an untrusted source. Immutable; a value out of range is an <see cref="ArgumentOutOfRangeException"/>.</summary>
/// <remarks>Passing a limit is a violation with <see cref="CheckpointRule.Limit"/>, found before memory or disk is spent on the value.</remarks>
public sealed record CheckpointLimits
{
    private const long KiB = 1L << 10;
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    /// <summary>Gets the defaults.</summary>
    public static CheckpointLimits Default { get; } = new();

    /// <summary>Gets the largest manifest, in bytes.</summary>
    /// <value>1 KiB to 64 MiB; 1 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxManifestBytes { get; init => field = OptionValue.Within(value, KiB, 64 * MiB); } = (int)MiB;

    /// <summary>Gets the largest <c>experiment.json</c>, in bytes.</summary>
    /// <value>1 KiB to 64 MiB; 1 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxExperimentBytes { get; init => field = OptionValue.Within(value, KiB, 64 * MiB); } = (int)MiB;

    /// <summary>Gets the largest experiment config, in bytes.</summary>
    /// <value>0 to 1 GiB; 16 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxConfigBytes { get; init => field = OptionValue.Within(value, 0, GiB); } = (int)(16 * MiB);

    /// <summary>Gets the longest JSON Lines line, in bytes without its newline.</summary>
    /// <value>256 bytes to 1 GiB; 64 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxLineBytes { get; init => field = OptionValue.Within(value, 256, GiB); } = (int)(64 * MiB);

    /// <summary>Gets the deepest nesting of JSON.</summary>
    /// <value>4 to 1,024; 128 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxJsonDepth { get; init => field = OptionValue.Within(value, 4, 1024); } = 128;

    /// <summary>Gets the largest number of archive members, directories and extended headers included.</summary>
    /// <value>16 to 100,000,000; 1,000,000 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxMembers { get; init => field = OptionValue.Within(value, 16, 100_000_000); } = 1_000_000;

    /// <summary>Gets the longest member path, in UTF-8 bytes.</summary>
    /// <value>64 bytes to 32 KiB; 1 KiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxPathBytes { get; init => field = OptionValue.Within(value, 64, 32 * KiB); } = (int)KiB;

    /// <summary>Gets the largest archive, in bytes.</summary>
    /// <value>1 KiB or more; unlimited (<see cref="long.MaxValue"/>) by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxArchiveBytes { get; init => field = OptionValue.Within(value, KiB, long.MaxValue); } = long.MaxValue;

    /// <summary>Gets how many zeros may follow the first block of the end-of-archive mark, in bytes. Tar programs fill up the last record with zeros, 10 KiB by
    /// default, and a device that gives nothing else never ends.</summary>
    /// <value>1 KiB or more; 16 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxTrailingZeros { get; init => field = OptionValue.Within(value, KiB, long.MaxValue); } = 16 * MiB;

    /// <summary>Gets the largest commit or tag object, in inflated bytes: these are held in memory one at a time.</summary>
    /// <value>1 KiB to 1 GiB; 16 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxCommitBytes { get => Git.MaxCommitBytes; init => Git = Git with { MaxCommitBytes = value }; }

    /// <summary>Gets the largest size that any git object or delta result may declare, in inflated bytes.</summary>
    /// <value>1 KiB to 1 TiB; 4 GiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxObjectBytes { get => Git.MaxObjectBytes; init => Git = Git with { MaxObjectBytes = value }; }

    /// <summary>Gets the largest number of refs in a bundle.</summary>
    /// <value>1 to 100,000,000; 10,000,000 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxBundleRefs { get => Git.MaxBundleRefs; init => Git = Git with { MaxBundleRefs = value }; }

    /// <summary>Gets the longest header of a bundle, in bytes: its refs are held in memory with little beside their text.</summary>
    /// <value>1 KiB or more; 1 GiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxBundleHeaderBytes { get => Git.MaxBundleHeaderBytes; init => Git = Git with { MaxBundleHeaderBytes = value }; }

    /// <summary>Gets how many bytes all objects of a bundle may inflate to, together, however large the bundle is.</summary>
    /// <value>1 KiB or more; 1 TiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxBundleInflatedBytes { get => Git.MaxBundleInflatedBytes; init => Git = Git with { MaxBundleInflatedBytes = value }; }

    /// <summary>Gets how many times the size of its pack all objects of a bundle may inflate to, together. Bundles that stay below
    /// <see cref="SmallBundleInflatedBytes"/> are not held to it.</summary>
    /// <remarks>Compressed data inflates to no more than 1,032 times its size. Deltas have no such bound: a few bytes copy gigabytes. Histories in which one directory
    /// grows by an entry a commit reach some hundreds.</remarks>
    /// <value>1 to 1,000,000,000; 2,000 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxBundleInflation { get => Git.MaxBundleInflation; init => Git = Git with { MaxBundleInflation = value }; }

    /// <summary>Gets how many bytes all objects of a bundle may inflate to, together, however small the bundle is.</summary>
    /// <value>0 or more; 8 GiB by default. <see cref="MaxBundleInflatedBytes"/> holds for small bundles too.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long SmallBundleInflatedBytes { get => Git.SmallBundleInflatedBytes; init => Git = Git with { SmallBundleInflatedBytes = value }; }

    /// <summary>Gets how many bytes of a bundle's objects may lie in temporary files at once, on each of the threads that resolve it, of which there are at most four.
    /// Only bases of deltas do, those that are large or that memory is short for; never more than the bundle may inflate to.</summary>
    /// <value>0 or more; 16 GiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public long MaxBundleSpilledBytes { get => Git.MaxBundleSpilledBytes; init => Git = Git with { MaxBundleSpilledBytes = value }; }

    /// <summary>Gets how many violations a report lists; the total is always counted.</summary>
    /// <value>1 to 1,000,000; 100 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxViolations { get; init => field = OptionValue.Within(value, 1, 1_000_000); } = 100;

    private GitLimits Git { get; init; } = GitLimits.Default;

    /// <summary>Returns the ceilings that concern bundles, as the git engine takes them; it lists as many faults as there may be violations.</summary>
    public GitLimits ToGitLimits() => Git.MaxFaults == MaxViolations ? Git : Git with { MaxFaults = MaxViolations };
}
