using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Verification;

/// <summary>Which member plays which part, as the manifest says (§4, §5).</summary>
internal sealed class ArchiveLayout
{
    private readonly Dictionary<string, MemberRole> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _directories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);
    private readonly string _artifacts;

    public ArchiveLayout(CheckpointManifestFiles files)
    {
        var standard = CheckpointManifestFiles.Standard;
        _artifacts = files.ArtifactsDirectory + "/";
        AddDirectories(_artifacts);
        Add(new MemberRole(MemberPart.Config, "experiment_config"), files.ExperimentConfig, standard.ExperimentConfig);
        Add(new MemberRole(MemberPart.Experiment, "experiment"), files.Experiment, standard.Experiment);
        foreach (var kind in RegistryFiles.Kinds)
        {
            Add(new MemberRole(MemberPart.Registry, RegistryFiles.ManifestKey(kind), kind), files[kind], standard[kind]);
        }

        Add(new MemberRole(MemberPart.Bundle, "repo_bundle"), files.RepoBundle, standard.RepoBundle);
    }

    /// <summary>Gets the files that must be there, with the parts they play.</summary>
    public IReadOnlyDictionary<string, MemberRole> Files => _files;

    /// <summary>Returns the part that a file plays.</summary>
    public MemberRole RoleOf(string path)
        => _files.TryGetValue(path, out var role) ? role
            : path.StartsWith(_artifacts, StringComparison.Ordinal) && ArtifactName.IsOne(path.AsSpan(_artifacts.Length))
                ? new MemberRole(MemberPart.Artifact, "artifacts_dir")
                : new MemberRole(MemberPart.Unknown, string.Empty);

    /// <summary>Tells whether the layout has a directory of that path.</summary>
    public bool HasDirectory(string path) => _directories.Contains(path);

    /// <summary>Returns a violation under the name that the member has in this archive: the row checks use the standard ones.</summary>
    public CheckpointViolation Localise(CheckpointViolation violation)
        => violation.Member is { } member && _renamed.TryGetValue(member, out var actual) ? violation with { Member = actual } : violation;

    private void Add(MemberRole role, string path, string standard)
    {
        _files[path] = role;
        AddDirectories(path);
        if (path != standard)
        {
            _renamed[standard] = path;
        }
    }

    private void AddDirectories(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            _directories.Add(path[..slash]);
        }
    }
}
