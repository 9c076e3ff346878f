using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Verification;

/// <summary>Which member plays which part, as the manifest says (§4, §5).</summary>
internal sealed class ArchiveLayout
{
    private readonly Dictionary<string, MemberRole> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly string _artifacts;

    public ArchiveLayout(CheckpointManifestFiles files)
    {
        _artifacts = files.ArtifactsDirectory + "/";
        AddDirectories(_artifacts);
        Add(new MemberRole(MemberPart.Config, "experiment_config"), files.ExperimentConfig);
        Add(new MemberRole(MemberPart.Experiment, "experiment"), files.Experiment);
        foreach (var kind in RegistryFiles.Kinds)
        {
            Add(new MemberRole(MemberPart.Registry, RegistryFiles.ManifestKey(kind), kind), files[kind]);
        }

        Add(new MemberRole(MemberPart.Bundle, "repo_bundle"), files.RepoBundle);
        Names = new MemberNames(files.Experiment, [.. Enum.GetValues<RegistryKind>().Select(kind => files[kind])], files.RepoBundle);
    }

    /// <summary>Gets the files that must be there, with the parts they play.</summary>
    public IReadOnlyDictionary<string, MemberRole> Files => _files;

    /// <summary>Gets the names of the files that violations name.</summary>
    public MemberNames Names { get; }

    /// <summary>Returns the part that a file plays.</summary>
    public MemberRole RoleOf(string path)
        => _files.TryGetValue(path, out var role) ? role
            : path.StartsWith(_artifacts, StringComparison.Ordinal) && ArtifactName.IsOne(path.AsSpan(_artifacts.Length))
                ? new MemberRole(MemberPart.Artifact, "artifacts_dir")
                : new MemberRole(MemberPart.Unknown, string.Empty);

    /// <summary>Tells whether the layout has a directory of that path.</summary>
    public bool HasDirectory(string path) => _directories.Contains(path);

    private void Add(MemberRole role, string path)
    {
        _files[path] = role;
        AddDirectories(path);
    }

    private void AddDirectories(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            _directories.Add(path[..slash]);
        }
    }
}
