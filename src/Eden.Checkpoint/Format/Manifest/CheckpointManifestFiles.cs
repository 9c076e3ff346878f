using Eden.Checkpoint.Format.Archive;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint;

/// <summary>Where a manifest says the members are: paths under the archive's root, <c>/</c>-separated (spec §5). Immutable.</summary>
/// <remarks>A path that is absolute, or has an empty, <c>.</c> or <c>..</c> segment, cannot be set: such a path is an attack or a mistake. A manifest that is read
/// names no path twice and none below a file.</remarks>
public sealed record CheckpointManifestFiles
{
    /// <summary>Gets the layout of spec §3: what this library writes.</summary>
    public static CheckpointManifestFiles Standard { get; } = new();

    /// <summary>Gets the path of the experiment's config.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string ExperimentConfig { get; init => field = Safe(value); } = "experiment-config.yaml";

    /// <summary>Gets the path of the experiment's runtime record.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string Experiment { get; init => field = Safe(value); } = RegistryFiles.Experiment;

    /// <summary>Gets the path of the tasks.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string Tasks { get; init => field = Safe(value); } = RegistryFiles.FileName(RegistryKind.Tasks);

    /// <summary>Gets the path of the ideas.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string Ideas { get; init => field = Safe(value); } = RegistryFiles.FileName(RegistryKind.Ideas);

    /// <summary>Gets the path of the variants.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string Variants { get; init => field = Safe(value); } = RegistryFiles.FileName(RegistryKind.Variants);

    /// <summary>Gets the path of the submissions.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string Submissions { get; init => field = Safe(value); } = RegistryFiles.FileName(RegistryKind.Submissions);

    /// <summary>Gets the path of the events.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string Events { get; init => field = Safe(value); } = RegistryFiles.FileName(RegistryKind.Events);

    /// <summary>Gets the path of the workers.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string Workers { get; init => field = Safe(value); } = RegistryFiles.FileName(RegistryKind.Workers);

    /// <summary>Gets the path of the groups.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string Groups { get; init => field = Safe(value); } = RegistryFiles.FileName(RegistryKind.Groups);

    /// <summary>Gets the path of the git bundle.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string RepoBundle { get; init => field = Safe(value); } = "repo.bundle";

    /// <summary>Gets the directory of the artifacts, each a file named by the SHA-256 of its bytes. It need not exist.</summary>
    /// <exception cref="ArgumentException">The value is no safe relative path.</exception>
    public string ArtifactsDirectory { get; init => field = Safe(value); } = "artifacts/sha256";

    /// <summary>Gets the keys that this library does not know.</summary>
    internal UnknownKeys Unknown { get; init; } = UnknownKeys.None;

    /// <summary>Gets the path of one registry.</summary>
    /// <param name="kind">The registry.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such registry.</exception>
    public string this[RegistryKind kind] => kind switch
    {
        RegistryKind.Tasks => Tasks,
        RegistryKind.Ideas => Ideas,
        RegistryKind.Variants => Variants,
        RegistryKind.Submissions => Submissions,
        RegistryKind.Events => Events,
        RegistryKind.Workers => Workers,
        RegistryKind.Groups => Groups,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry."),
    };

    private static string Safe(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        return ArchivePath.FindFault(value) is { } fault ? throw new ArgumentException($"The path {fault}.", nameof(value)) : value;
    }
}
