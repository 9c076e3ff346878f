using System.Diagnostics;
using System.Globalization;
using System.Text;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>An experiment whose archive has a given size: the rows of many variants in a database, and beside their commits a branch of files that do
/// not compress, behind a smart-HTTP remote.</summary>
internal sealed class LargeExperiment : IAsyncDisposable
{
    private const int FileBytes = 8 << 20;
    private const int LargestFileBytes = 128 << 20;

    private LargeExperiment(string id, int workers, TempDatabase database, GitHttpRemote remote)
    {
        Id = id;
        Workers = workers;
        Database = database;
        Remote = remote;
    }

    public string Id { get; }

    /// <summary>Gets how many workers an import makes credentials for.</summary>
    public int Workers { get; }

    public TempDatabase Database { get; }

    public GitHttpRemote Remote { get; }

    public string RemoteUrl => Remote.Url("experiment.git");

    public static async Task<LargeExperiment> CreateAsync(string folder, int megabytes, int variants, CancellationToken cancellationToken)
    {
        var repository = Path.Combine(folder, "experiment.git");
        var experiment = await SyntheticExperiment.CreateAsync(repository, variants);
        var rows = Enum.GetValues<RegistryKind>().Sum(kind => experiment[kind].Sum(row => Encoding.UTF8.GetByteCount(row) + 1L));
        await AddFilesAsync(repository, ((long)megabytes << 20) - rows, cancellationToken);
        var database = await TempPostgres.CreateDatabaseAsync();
        await experiment.LoadAsync(database.DataSource);
        return new LargeExperiment(experiment.ExperimentId, experiment[RegistryKind.Workers].Count, database, await GitHttpRemote.StartAsync(folder));
    }

    public async ValueTask DisposeAsync()
    {
        await Remote.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Commits files of random bytes: the first one large, the others of a size.</summary>
    private static async Task AddFilesAsync(string repository, long bytes, CancellationToken cancellationToken)
    {
        // Nobody looks for deltas between files like these, neither this fast-import nor the host's git later.
        await GitCli.RunAsync(repository, "config", "core.bigFileThreshold", "1m");
        var start = new ProcessStartInfo("git") { RedirectStandardInput = true };
        foreach (var argument in new[] { "-C", repository, "-c", "core.compression=1", "fast-import", "--quiet" })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        await using (var input = process.StandardInput.BaseStream)
        {
            var random = new Random(7);
            var buffer = new byte[1 << 20];
            for (var (file, left) = (0, bytes); left > 0; file++)
            {
                var length = Math.Min(left, file == 0 ? LargestFileBytes : FileBytes);
                await WriteAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"commit refs/heads/extra/files\ncommitter Ada Example <ada@example.org> 1780000000 +0000\ndata 0\nM 100644 inline files/{file:D4}\ndata {length}\n"));
                for (var written = 0L; written < length; written += buffer.Length)
                {
                    random.NextBytes(buffer);
                    await input.WriteAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - written)), cancellationToken);
                }

                await WriteAsync("\n\n");
                left -= length;
            }

            async Task WriteAsync(string text) => await input.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
        }

        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"git fast-import ended with {process.ExitCode}.");
        }
    }
}
