namespace Eden.Checkpoint.AspNetCore;

/// <summary>Options of the endpoints: experiments, tokens, limits. Set at start-up and not changed afterwards.</summary>
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

    /// <summary>Gets or sets what <c>Retry-After</c> says in an answer that may be tried again, where the failure itself does not know better:
    /// what a git host says by its own <c>Retry-After</c> is passed on.</summary>
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

    /// <summary>Gets or sets how many requests may wait until their worker's token is verified. One more is refused with 503 and <c>Retry-After</c>: the newest request
    /// of whoever has most of them waiting. Workers take turns, all unknown ids together as one; a token that was right before never waits, nor does the admin's.</summary>
    /// <value>0 to 10,000; 64 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxQueuedVerifications
    {
        get;
        set => field = value is >= 0 and <= 10_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Up to 10,000 verifications may wait.");
    } = 64;

    /// <summary>Gets or sets how many imports run at once; one more is refused with 503 and <c>Retry-After</c> before a byte of its upload is read.</summary>
    /// <value>1 to 1,000; 4 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxConcurrentImports
    {
        get;
        set => field = value is >= 1 and <= 1_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "1 to 1,000 imports may run at once.");
    } = 4;

    /// <summary>Gets or sets how many exports run at once, downloads included; one more is refused with 503 and <c>Retry-After</c>. Each spools its rows and its bundle.</summary>
    /// <value>1 to 1,000; 32 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public int MaxConcurrentExports
    {
        get;
        set => field = value is >= 1 and <= 1_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "1 to 1,000 exports may run at once.");
    } = 32;

    /// <summary>Gets or sets how many bytes the uploads of all imports under way may have together, which is the most that they spool. An upload that does not fit beside the
    /// others is refused with 503 and <c>Retry-After</c>, one that is longer by itself with 413; at once where its length is known.</summary>
    /// <value>At least 1; <see langword="null"/> for no limit; 64 GiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public long? MaxSpooledUploadBytes
    {
        get;
        set => field = value is null or >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "An upload has at least one byte.");
    } = 64L << 30;
}
