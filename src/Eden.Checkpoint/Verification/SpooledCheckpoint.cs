using Eden.Checkpoint.Artifacts;
using Eden.Shared;

namespace Eden.Checkpoint.Verification;

/// <summary>An archive that was taken in and checked: the report, and what an import needs. Disposing it removes the files.</summary>
internal sealed class SpooledCheckpoint : IDisposable
{
    private readonly TemporaryDirectory _directory;

    internal SpooledCheckpoint(TemporaryDirectory directory) => _directory = directory;

    /// <summary>Gets what was found.</summary>
    public required CheckpointVerificationReport Report { get; init; }

    /// <summary>Gets the bytes of the experiment's runtime record; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Experiment { get; init; }

    /// <summary>Gets the bundle; it lives as long as this object.</summary>
    public RepoBundle Bundle { get; init; } = RepoBundle.Empty;

    /// <summary>Gets the branches and commits that the rows name.</summary>
    public CheckpointReferences References { get; init; } = CheckpointReferences.Empty;

    /// <summary>Gets how many times rows name artifacts of the archive.</summary>
    public long ArtifactUses { get; init; }

    /// <summary>Gets the artifacts' bytes, of an intake that was told to keep them.</summary>
    internal ArtifactSpool? Artifacts { get; init; }

    /// <summary>Gets the files of the registries; only those of an intake that was told to keep them.</summary>
    internal IReadOnlyDictionary<RegistryKind, string> RowFiles { get; init; } = new Dictionary<RegistryKind, string>();

    /// <summary>Gets the file of the config, of an intake that was told to keep it.</summary>
    internal string? ConfigFile { get; init; }

    /// <summary>Opens the rows of one registry as they stand in the archive.</summary>
    /// <exception cref="InvalidOperationException">The rows were not kept.</exception>
    public Stream OpenRows(RegistryKind kind)
        => RowFiles.TryGetValue(kind, out var path) ? MemberSpool.Open(path) : throw new InvalidOperationException("The rows were not kept.");

    /// <summary>Opens the experiment's config.</summary>
    /// <exception cref="InvalidOperationException">The config was not kept.</exception>
    public Stream OpenConfig() => MemberSpool.Open(ConfigFile ?? throw new InvalidOperationException("The config was not kept."));

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();
}
