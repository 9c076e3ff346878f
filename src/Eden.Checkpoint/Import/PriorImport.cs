namespace Eden.Checkpoint;

/// <summary>An import that a store was found to hold: what its experiment's provenance says (spec §10). Immutable.</summary>
public sealed class PriorImport
{
    /// <summary>Gets the id that the experiment landed under.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>Gets the id that the experiment had where it was exported.</summary>
    public required string SourceExperimentId { get; init; }

    /// <summary>Gets the instant of the export, verbatim as the manifest of the archive has it.</summary>
    public required string ExportedAt { get; init; }

    /// <summary>Gets the format version of the archive; <see langword="null"/> when the store does not have it.</summary>
    public string? FormatVersion { get; init; }
}
