namespace Eden.Checkpoint;

/// <summary>Which files a <see cref="FileSystemArtifactStore"/> may give out, and how large they may be. Immutable.</summary>
public sealed record FileSystemArtifactStoreOptions
{
    private const long GiB = 1L << 30;

    /// <summary>Gets the directory in which <c>eden://artifacts/&lt;32 hex&gt;</c> is the file of that name.</summary>
    /// <value><see langword="null"/>, the default: such URIs are not served.</value>
    public string? OpaqueDirectory { get; init; }

    /// <summary>Gets the directories under which <c>file://</c> URIs are served. Symbolic links below them are refused.</summary>
    /// <value>None by default: such URIs are not served.</value>
    /// <exception cref="ArgumentException">A directory is not given by its absolute path.</exception>
    public IReadOnlyList<string> FileRoots
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.All(Path.IsPathFullyQualified) ? [.. value]
                : throw new ArgumentException("Every directory must be given by its absolute path.", nameof(value));
        }
    } = [];

    /// <summary>Gets the largest artifact that is read or stored, in bytes.</summary>
    /// <value>1 or more; 16 GiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public long MaxArtifactBytes
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The limit must be at least 1.");
    } = 16 * GiB;
}
