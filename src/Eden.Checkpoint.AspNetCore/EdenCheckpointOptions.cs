namespace Eden.Checkpoint.AspNetCore;

/// <summary>What the endpoints serve and how. Set up once at start-up and not changed afterwards.</summary>
public sealed class EdenCheckpointOptions
{
    /// <summary>Gets the experiments that are served; at least one.</summary>
    public IList<CheckpointExperiment> Experiments { get; } = [];

    /// <summary>Gets or sets the deployment's admin token, for the built-in bearer check.</summary>
    /// <value>Without one, the default, nobody is admin: exports and imports are refused.</value>
    public string? AdminToken { get; set; }

    /// <summary>Gets or sets the longest upload that an import takes, in bytes; it replaces the server's own limit for that request.</summary>
    /// <value>At least 1; <see langword="null"/>, the default, for no limit.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public long? MaxUploadBytes
    {
        get;
        set => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "An upload has at least one byte.");
    }

    /// <summary>Gets or sets what <c>Retry-After</c> says in an answer that may be tried again.</summary>
    /// <value>1 second to 1 day, rounded up to whole seconds; 30 seconds by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public TimeSpan RetryAfter
    {
        get;
        set => field = value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromDays(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Retry-After may be 1 second to 1 day.");
    } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the directory in which an import leaves the workers' fresh tokens, one file <c>&lt;worker_id&gt;.token</c> of mode 0600 each.</summary>
    /// <value><see langword="null"/>, the default, keeps no token: each worker's credential must be reissued.</value>
    public string? CredentialsDirectory { get; set; }

    /// <summary>Gets or sets how many violations a problem document lists; their number is always told.</summary>
    /// <value>0 to 10,000; 100 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxProblemViolations
    {
        get;
        set => field = value is >= 0 and <= 10_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A problem document may list up to 10,000 violations.");
    } = 100;

    /// <summary>Gets or sets how many verified worker tokens are remembered, as hashes, so that not every request pays for argon2id.</summary>
    /// <value>0 to 1,000,000; 1024 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int VerifiedTokenCapacity
    {
        get;
        set => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Up to 1,000,000 tokens may be remembered.");
    } = 1024;

    /// <summary>Gets or sets how many worker tokens are verified at once; each takes 64 MiB while it is.</summary>
    /// <value>1 to 64; 2 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxConcurrentVerifications
    {
        get;
        set => field = value is >= 1 and <= 64 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "1 to 64 tokens may be verified at once.");
    } = 2;
}
