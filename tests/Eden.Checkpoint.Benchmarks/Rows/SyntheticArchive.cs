using Eden.Git;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Makes the archive of a generated experiment: a <see cref="SyntheticStore"/>'s rows and git's own bundle of its repository.</summary>
internal static class SyntheticArchive
{
    public static async Task<string> EnsureAsync(GeneratedRepository repository, int workers, CancellationToken cancellationToken)
    {
        var path = Path.ChangeExtension(repository.Bundle, $"{workers}.tar");
        if (!File.Exists(path))
        {
            var exporter = new CheckpointExporter(new SyntheticStore(await ExperimentLineage.ReadAsync(repository), workers), new ReadyBundle(repository.Bundle));
            await exporter.ExportAsync(path, new CheckpointExportOptions { Depth = GitVerification.Commits }, cancellationToken);
        }

        return path;
    }

    /// <summary>Gives a bundle that is there already.</summary>
    private sealed class ReadyBundle(string path) : IRepoBundleProvider
    {
        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default)
            => Task.FromResult(RepoBundle.FromFile(path));
    }
}
