using System.CommandLine;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The command line.</summary>
internal static class BenchmarkCommands
{
    private const string Server = "on the server that PGHOST, PGPORT, PGUSER and PGPASSWORD name";

    private static readonly int[] s_sizes = [3_000, 30_000];
    private static readonly string[] s_shapes = [.. ExperimentShape.All.Select(shape => shape.Name)];

    public static RootCommand Create()
        => new("Benchmarks of Eden.Checkpoint, each against a named peer in the same run.") { Engine(), Sync(), Export(), Import(), Scale(), HttpServer() };

    private static Command Engine()
    {
        var repository = new Option<DirectoryInfo[]>("--repository")
        {
            Description = "Measures these repositories instead of generated ones. They are read only.",
            DefaultValueFactory = _ => [],
            AllowMultipleArgumentsPerToken = true,
        };
        var program = new Option<string?>("--program") { Description = "The console host to measure, as it was published; this program does the same work where none is named." };
        var (histories, rounds) = (new HistoryOptions(s_sizes, s_shapes), Rounds(5));
        var command = new Command("engine", "The git engine against git itself: whole processes, run in turn.") { repository, program, rounds };
        histories.AddTo(command);
        command.SetAction((result, token) =>
        {
            var benchmark = new EngineBenchmark(result.GetRequiredValue(rounds), result.GetValue(program));
            return result.GetRequiredValue(repository) is { Length: > 0 } repositories
                ? benchmark.RunAsync(repositories, token)
                : benchmark.RunAsync(histories.Plans(result), histories.Keep(result), token);
        });
        return command;
    }

    private static Command Sync()
    {
        var (histories, rounds) = (new HistoryOptions(s_sizes, "lean"), Rounds(5));
        var command = new Command("sync", "Syncs with a smart-HTTP remote against git's: first, with news, without.") { rounds };
        histories.AddTo(command);
        command.SetAction((result, token) => SyncBenchmark.RunAsync(histories.Plans(result), result.GetRequiredValue(rounds), histories.Keep(result), token));
        return command;
    }

    private static Command Export()
    {
        var (histories, rounds, workers) = (new HistoryOptions(s_sizes, s_shapes), Rounds(5), Workers());
        var command = new Command("export", $"A whole export against psql's \\copy of the same rows, git bundle create and tar, {Server}.") { workers, rounds };
        histories.AddTo(command);
        command.SetAction((result, token) => ExportBenchmark.RunAsync(
            histories.Plans(result), result.GetRequiredValue(workers), result.GetRequiredValue(rounds), histories.Keep(result), token));
        return command;
    }

    private static Command Import()
    {
        var (histories, rounds, workers) = (new HistoryOptions(s_sizes, s_shapes), Rounds(5), Workers());
        var command = new Command("import", $"A whole import against psql's \\copy of the same rows plus the engine's restore, {Server}.") { workers, rounds };
        histories.AddTo(command);
        command.SetAction((result, token) => ImportBenchmark.RunAsync(
            histories.Plans(result), result.GetRequiredValue(workers), result.GetRequiredValue(rounds), histories.Keep(result), token));
        return command;
    }

    private static Command Scale()
    {
        var (histories, rounds, workers) = (new HistoryOptions([3_000, 30_000, 300_000], "lean"), Rounds(1), Workers());
        var command = new Command("scale", $"Export, verify, import and compare of growing experiments: time per row and per object, {Server}.") { workers, rounds };
        histories.AddTo(command);
        command.SetAction((result, token) => ScaleBenchmark.RunAsync(
            histories.Plans(result), result.GetRequiredValue(workers), result.GetRequiredValue(rounds), histories.Keep(result), token));
        return command;
    }

    private static Command HttpServer()
    {
        var megabytes = new Option<int>("--megabytes") { Description = "Size of the archive.", DefaultValueFactory = _ => 1024 };
        var variants = new Option<int>("--variants")
        {
            Description = "How many variants' rows are in the archive; blobs that do not compress make up the rest.",
            DefaultValueFactory = _ => 10_000,
        };
        var rounds = Rounds(5);
        var command = new Command("server", "The sample server over HTTP: exports and imports of one large archive, its peak memory included.") { megabytes, variants, rounds };
        command.SetAction((result, token) => ServerBenchmark.RunAsync(
            result.GetRequiredValue(megabytes), result.GetRequiredValue(variants), result.GetRequiredValue(rounds), token));
        return command;
    }

    private static Option<int> Rounds(int usual) => new("--rounds") { Description = "Paired runs per row; medians are shown.", DefaultValueFactory = _ => usual };

    private static Option<int> Workers() => new("--workers")
    {
        Description = "Workers of the experiment: an import hashes a credential for each, with 64 MiB of memory.",
        DefaultValueFactory = _ => 16,
    };
}
