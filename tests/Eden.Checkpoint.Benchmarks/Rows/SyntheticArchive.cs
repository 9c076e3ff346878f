using Eden.Git;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Makes the archive of an experiment with many variants: a <see cref="SyntheticStore"/>'s rows and git's own bundle of its repository.</summary>
internal static class SyntheticArchive
{
    public static async Task CreateAsync(string path, string bundle, int variants, int workers, CancellationToken cancellationToken)
    {
        GitBundleHeader header;
        await using (var content = File.OpenRead(bundle))
        {
            header = await GitBundle.ReadHeaderAsync(content, cancellationToken: cancellationToken);
        }

        var exporter = new CheckpointExporter(new SyntheticStore(header.Refs, variants, workers), new ReadyBundle(bundle));
        await exporter.ExportAsync(path, new CheckpointExportOptions { Depth = GitVerification.Commits }, cancellationToken);
    }

    /// <summary>Gives a bundle that is there already.</summary>
    private sealed class ReadyBundle(string path) : IRepoBundleProvider
    {
        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default)
            => Task.FromResult(RepoBundle.FromFile(path));
    }
}
