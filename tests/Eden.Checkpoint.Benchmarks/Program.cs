using System.CommandLine;
using Eden.Checkpoint.Benchmarks;

// A process that is measured: one piece of work, and no parsing of a command line that takes as long as a small piece.
if (args is ["child", var work, var input, .. var rest])
{
    return await EngineWork.RunAsync(work, input, rest.FirstOrDefault(), CancellationToken.None);
}

var variants = new Option<int[]>("--variants")
{
    Description = "Sizes of the generated repositories, in variants (about 14 objects each).",
    DefaultValueFactory = _ => [3_000, 30_000],
    AllowMultipleArgumentsPerToken = true,
};
var rounds = new Option<int>("--rounds") { Description = "Paired runs per row; medians are shown.", DefaultValueFactory = _ => 5 };
var keep = new Option<DirectoryInfo?>("--keep") { Description = "Keeps (and reuses) the generated repositories in this directory." };

var repository = new Option<DirectoryInfo[]>("--repository")
{
    Description = "Measures these repositories instead of generated ones. They are read only.",
    DefaultValueFactory = _ => [],
    AllowMultipleArgumentsPerToken = true,
};
var engine = new Command("engine", "The git engine against git itself: whole processes, run in turn.") { variants, repository, rounds, keep };
engine.SetAction((result, token) => EngineBenchmark.RunAsync(
    result.GetRequiredValue(variants), result.GetRequiredValue(repository), result.GetRequiredValue(rounds), result.GetValue(keep)?.FullName, token));

var sync = new Command("sync", "Syncs with a smart-HTTP remote against git's: first, with news, without.") { variants, rounds, keep };
sync.SetAction((result, token) => SyncBenchmark.RunAsync(
    result.GetRequiredValue(variants), result.GetRequiredValue(rounds), result.GetValue(keep)?.FullName, token));

var megabytes = new Option<int>("--megabytes") { Description = "Size of the archive.", DefaultValueFactory = _ => 1024 };
var rowsOf = new Option<int>("--variants") { Description = "How many variants' rows are in the archive; blobs that do not compress make up the rest.", DefaultValueFactory = _ => 10_000 };
var server = new Command("server", "The sample server over HTTP: exports and imports of one large archive, its peak memory included.") { megabytes, rowsOf, rounds };
server.SetAction((result, token) => ServerBenchmark.RunAsync(
    result.GetRequiredValue(megabytes), result.GetRequiredValue(rowsOf), result.GetRequiredValue(rounds), token));

var workers = new Option<int>("--workers") { Description = "Workers of the experiment: an import hashes a credential for each, with 64 MiB of memory.", DefaultValueFactory = _ => 16 };
var import = new Command("import", "A whole import against psql's \\copy of the same rows plus the engine's restore, on the server that PGHOST, PGPORT, PGUSER and PGPASSWORD name.")
{
    variants, workers, rounds, keep,
};
import.SetAction((result, token) => ImportBenchmark.RunAsync(
    result.GetRequiredValue(variants), result.GetRequiredValue(workers), result.GetRequiredValue(rounds), result.GetValue(keep)?.FullName, token));

return await new RootCommand("Benchmarks of Eden.Checkpoint, each against a named peer in the same run.") { engine, sync, import, server }.Parse(args).InvokeAsync();
