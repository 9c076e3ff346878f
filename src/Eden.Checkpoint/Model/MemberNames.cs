namespace Eden.Checkpoint.Model;

/// <summary>The names that the files of one archive have under its root, for what is said about them: the manifest may choose others than the standard ones.</summary>
/// <param name="experiment">The name of the experiment's runtime record.</param>
/// <param name="registries">The names of the registries, in archive order.</param>
/// <param name="repoBundle">The name of the bundle.</param>
internal sealed class MemberNames(string experiment, IReadOnlyList<string> registries, string repoBundle)
{
    /// <summary>Gets the names of the standard layout.</summary>
    public static MemberNames Standard { get; } = new(RegistryFiles.Experiment, [.. Enum.GetValues<RegistryKind>().Select(RegistryFiles.FileName)], CheckpointViolation.BundleMember);

    public string Experiment => experiment;

    public string RepoBundle => repoBundle;

    public string this[RegistryKind kind] => registries[(int)kind];
}
