using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Export;

/// <summary>The members of an archive: its length, the sizes in the result and its bytes are made of this one list.</summary>
/// <param name="manifest">The manifest.</param>
/// <param name="config">The experiment's config.</param>
/// <param name="experiment">The experiment's runtime record.</param>
/// <param name="spool">Where the rows are, under their archive names.</param>
/// <param name="artifacts">The artifacts.</param>
/// <param name="bundle">The bundle.</param>
internal sealed class MemberPlan(
    CheckpointManifest manifest, ReadOnlyMemory<byte> config, ReadOnlyMemory<byte> experiment, TemporaryDirectory spool, ArtifactSpool artifacts, RepoBundle bundle)
{
    private readonly byte[] _manifest = manifest.ToUtf8Json();

    /// <summary>Lists the members in the order of the archive: manifest first, then config, experiment, the seven registries, artifacts, and the bundle last.
    /// Made anew each time, one after the other: nothing is held of an artifact that went by.</summary>
    public IEnumerable<PlannedMember> Members()
    {
        yield return InMemory(CheckpointManifest.FileName, _manifest);
        yield return InMemory(manifest.Files.ExperimentConfig, config);
        yield return InMemory(manifest.Files.Experiment, experiment);
        for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
        {
            yield return InFile(manifest.Files[kind], spool.File(RegistryFiles.FileName(kind)));
        }

        foreach (var (sha256, file) in artifacts.Files())
        {
            yield return InFile($"{manifest.Files.ArtifactsDirectory}/{sha256}", file) with { IsArtifact = true };
        }

        yield return new PlannedMember(manifest.Files.RepoBundle, bundle.Length, bundle.OpenRead);
    }

    private static PlannedMember InMemory(string path, ReadOnlyMemory<byte> bytes)
        => new(path, bytes.Length, () => new MemoryStream(bytes.ToArray(), writable: false));

    private static PlannedMember InFile(string path, string file)
        => new(path, new FileInfo(file).Length, () => TemporaryDirectory.OpenFileAt(file));
}
