using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Options of an export. Immutable.</summary>
public sealed record CheckpointExportOptions
{
    /// <summary>Gets the experiment that the store is expected to hold; <see langword="null"/> takes whichever it holds.</summary>
    /// <exception cref="ArgumentException">The value is no experiment id.</exception>
    public string? ExperimentId { get; init => field = value is null ? null : OpaqueId.RequireExperimentId(value, nameof(value)); }

    /// <summary>Gets the archive format that is asked for. Only <c>"1"</c> is known; another value makes the export fail with bad-request.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public string FormatVersion { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = "1";

    /// <summary>Gets the experiment's config, byte for byte as <c>experiment-config.yaml</c> carries it; empty by default.</summary>
    public ReadOnlyMemory<byte> ExperimentConfig { get; init; }

    /// <summary>Gets where the bytes of artifacts come from (spec §7): each is stored once in the archive, and <c>artifacts_uri</c> and
    /// <c>executor_artifacts_uri</c> of ideas, variants and submissions name it there. Bytes that are missing or altered fail the export with checkpoint-invalid.</summary>
    /// <value><see langword="null"/> by default: URIs travel as they are.</value>
    public IArtifactSource? ArtifactSource { get; init; }

    /// <summary>Gets a value indicating whether the zero-byte placeholder is refused: the export then fails with
    /// <see cref="CheckpointRepoUnavailableException"/> instead of a warning.</summary>
    public bool RequireResumable { get; init; }

    /// <summary>Gets a value indicating whether rows that break the rules of the format are written all the same: the last resort where a store holds such
    /// rows and the data must be saved as it is. The archive then cannot be imported, which <see cref="CheckpointExportResult.IsImportable"/> says, and
    /// every violation is among the result's warnings, the first ones up to <see cref="CheckpointLimits.MaxViolations"/>. The bundle and the cross-reference check
    /// are never waived, and credentials never written.</summary>
    /// <value><see langword="false"/> by default: an export of such rows fails with <see cref="CheckpointInvalidException"/>, which names each.</value>
    public bool AllowRowViolations { get; init; }

    /// <summary>Gets the free text that the manifest names as its exporter.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public string Implementation { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = "Eden.Checkpoint (.NET)";

    /// <summary>Gets how deep the bundle is checked before it is written.</summary>
    /// <remarks>
    /// <para>A bundle that <see cref="LocalRepoBundleProvider"/> or <see cref="RemoteRepoBundleProvider"/> made for this very export needs no more than
    /// <see cref="GitVerification.Commits"/>. While it was made, everything that its refs reach was found, each tree, commit and tag was parsed, and each object was copied
    /// under the CRC-32 of its pack's index or was hashed: damage in the repository's files has failed the export before. Then its bytes are read once: header, framing,
    /// sizes, the checksum of the pack, and every commit, hashed.</para>
    /// <para>What such a check takes on trust are the names that a pack's index gives to trees and blobs, as git does: they were hashed when the pack was indexed.
    /// Ask for <see cref="GitVerification.Objects"/> where a repository comes from somebody whose index files are not to be trusted.</para>
    /// </remarks>
    /// <value><see langword="null"/> by default: commits for what those two made, objects for the bundle of any other provider.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public GitVerification? Depth { get; init => field = value is { } depth ? OptionValue.Defined(depth) : null; }

    /// <summary>Gets the limits that config, experiment, rows, artifacts and bundle must keep, the same as an importer's.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;

    /// <summary>Gets the directory in which the private temporary directory is made; <see langword="null"/> for the system's.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets where progress is reported, if anywhere.</summary>
    public IProgress<CheckpointProgress>? Progress { get; init; }
}
