using Eden.Checkpoint.Format.Manifest;

namespace Eden.Checkpoint;

/// <summary>Who made an archive (spec §5). Informative: nothing may depend on it. Immutable.</summary>
public sealed record CheckpointManifestExporter
{
    /// <summary>The atomicity mechanism of this library's exporter: one read transaction.</summary>
    public const string TransactionalSnapshot = "transactional_snapshot";

    /// <summary>Gets the name and version of the exporting program, free text; <see langword="null"/> when the archive does not say.</summary>
    public string? Implementation { get; init; }

    /// <summary>Gets how the exporter saw one logical instant; <see langword="null"/> when the archive does not say.</summary>
    public string? AtomicityMechanism { get; init; }

    /// <summary>Gets the keys that this library does not know.</summary>
    internal UnknownKeys Unknown { get; init; } = UnknownKeys.None;
}
