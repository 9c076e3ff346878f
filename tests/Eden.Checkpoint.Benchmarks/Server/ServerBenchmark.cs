using System.Globalization;
using Eden.Checkpoint.Tests.Kit;
using Npgsql;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The sample server and curl on one side, git, pg_dump, psql and tar on the other: the same experiment out and in again, in turn.</summary>
internal static class ServerBenchmark
{
    private const string FirstDump = "git clone --quiet --mirror \"$REMOTE\" clone.git; ";
    private const string LaterDump = "git -C clone.git fetch --quiet --prune; ";
    private const string Dump = "git -C clone.git bundle create --quiet repo.bundle --all; mv clone.git/repo.bundle .; pg_dump --file=rows.sql; tar -cf checkpoint.tar rows.sql repo.bundle";
    private const string Restore = "mkdir in; tar -C in -xf checkpoint.tar; git clone --quiet --mirror in/repo.bundle in/clone.git; psql --quiet --set ON_ERROR_STOP=1 --file=in/rows.sql; "
        + "for worker in $(seq $WORKERS); do printf token | argon2 saltsaltsalt -id -t 3 -m 16 -p 4 -e >hash; done";

    public static async Task RunAsync(int megabytes, int variants, int rounds, CancellationToken cancellationToken)
    {
        using var scratch = new ScratchFolder();
        try
        {
            await using var experiment = await LargeExperiment.CreateAsync(Directory.CreateDirectory(scratch["remote"]).FullName, megabytes, variants, cancellationToken);
            Surroundings.Write($"medians of {rounds} paired runs; peaks are the largest resident memory seen, mapped files included.");
            List<Row> firsts = [], laters = [], imports = [];
            for (var round = 0; round < rounds; round++)
            {
                var folder = Directory.CreateDirectory(scratch["round"]).FullName;
                await RunRoundAsync(folder, experiment, firsts, laters, imports, cancellationToken);
                Directory.Delete(folder, recursive: true);
            }

            Console.WriteLine("| work | archive | ours | MB/s | server's peak | peer | ratio | the peer |");
            Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---|");
            Print("export, first", firsts, "`git clone --mirror`, `git bundle create`, `pg_dump`, `tar`");
            Print("export, later", laters, "`git fetch`, `git bundle create`, `pg_dump`, `tar`");
            Print("import", imports, $"`tar`, `git clone --mirror`, `psql`, `argon2` {experiment.Workers} times");
        }
        finally
        {
            await TempPostgres.StopAsync();
        }
    }

    private static async Task RunRoundAsync(
        string folder, LargeExperiment experiment, List<Row> firsts, List<Row> laters, List<Row> imports, CancellationToken cancellationToken)
    {
        var archive = Path.Combine(folder, "a.tar");
        var temporary = Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName;
        var theirs = Directory.CreateDirectory(Path.Combine(folder, "theirs")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "bearer"), $"Authorization: Bearer admin:{MeasuredServer.AdminToken}\n", cancellationToken);
        using (var server = await MeasuredServer.StartAsync(
            temporary, experiment.Database, experiment.Id, Path.Combine(folder, "clone.git"), experiment.RemoteUrl, cancellationToken))
        {
            foreach (var (rows, script) in new[] { (firsts, FirstDump + Dump), (laters, LaterDump + Dump) })
            {
                var ours = await CurlAsync(folder, cancellationToken, "--request", "POST", "--output", archive, $"{server.Address}v0/experiments/{experiment.Id}/checkpoint");
                var peer = await ScriptAsync(theirs, script, experiment, experiment.Database, cancellationToken);
                rows.Add(new Row(new FileInfo(archive).Length, ours, server.PeakBytes, peer));
            }
        }

        await using var receiver = await TempPostgres.CreateDatabaseAsync();
        await using var copy = await TempPostgres.CreateDatabaseAsync();
        using (var server = await MeasuredServer.StartAsync(temporary, receiver, experiment.Id, Path.Combine(folder, "restored.git"), null, cancellationToken))
        {
            var ours = await CurlAsync(folder, cancellationToken, "--output", Path.Combine(folder, "answer"), "--upload-file", archive, "--request", "POST", $"{server.Address}v0/checkpoints/import");
            var peer = await ScriptAsync(theirs, Restore, experiment, copy, cancellationToken);
            imports.Add(new Row(new FileInfo(archive).Length, ours, server.PeakBytes, peer));
        }

        if (Directory.EnumerateFileSystemEntries(temporary, "eden-*").Any())
        {
            throw new InvalidOperationException("The server left temporary files.");
        }
    }

    private static async Task<TimeSpan> CurlAsync(string folder, CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
        => (await MeasuredProcess.RunAsync(
            "curl", ["--silent", "--show-error", "--fail", "--header", "@" + Path.Combine(folder, "bearer"), .. arguments], cancellationToken)).Elapsed;

    private static async Task<TimeSpan> ScriptAsync(string folder, string script, LargeExperiment experiment, TempDatabase database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return (await MeasuredProcess.RunAsync(
            "sh", ["-ec", $"cd \"$FOLDER\"; {script}"], cancellationToken,
            ("FOLDER", folder), ("REMOTE", experiment.RemoteUrl), ("WORKERS", experiment.Workers.ToString(CultureInfo.InvariantCulture)),
            ("PGHOST", connection.Host!), ("PGPORT", connection.Port.ToString(CultureInfo.InvariantCulture)), ("PGUSER", connection.Username!), ("PGPASSWORD", connection.Password!),
            ("PGDATABASE", database.Name))).Elapsed;
    }

    private static void Print(string work, List<Row> rows, string peer)
    {
        var (ours, theirs) = (rows.Select(row => row.Ours.TotalSeconds).Median(), rows.Select(row => row.Peer.TotalSeconds).Median());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {work} | {rows[0].ArchiveBytes / 1e6:F0} MB | {ours:F1} s | {rows[0].ArchiveBytes / 1e6 / ours:F0} | {rows.Max(row => row.PeakBytes) / (double)(1 << 20):F0} MiB | {theirs:F1} s | {ours / theirs:F2} | {peer} |"));
    }

    private sealed record Row(long ArchiveBytes, TimeSpan Ours, long PeakBytes, TimeSpan Peer);
}
