using System.Globalization;
using System.Text.RegularExpressions;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Our sync and git's on the same smart-HTTP remote: a first one, one after the newest hundredth of the variants has come, and one after nothing has.</summary>
internal static partial class SyncBenchmark
{
    public static async Task<int> RunAsync(int[] sizes, int rounds, string? keep, CancellationToken cancellationToken)
    {
        var table = new PairedRuns(rounds);
        table.WriteHead();
        using var scratch = new ScratchFolder();
        foreach (var size in sizes)
        {
            var (repository, _, pack) = await SyntheticRepository.EnsureAsync(keep ?? scratch.Path, size, cancellationToken);
            await RunSizeAsync(table, size, SyntheticRepository.CountObjects(pack), repository, scratch, cancellationToken);
        }

        return 0;
    }

    private static async Task RunSizeAsync(PairedRuns table, int variants, long objects, string repository, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var served = scratch[$"served-{variants}/experiment.git"];
        Copy(repository, served);
        var packedRefs = Path.Combine(served, "packed-refs");
        var all = await File.ReadAllLinesAsync(packedRefs, cancellationToken);
        await using var remote = await GitHttpRemote.StartAsync(Path.GetDirectoryName(served)!);
        var url = remote.Url("experiment.git");
        var (ours, theirs) = (scratch["ours"], scratch["theirs"]);
        var (oursBefore, theirsBefore) = (scratch[$"ours-{variants}"], scratch[$"theirs-{variants}"]);

        await RowAsync("first sync", "`git clone --mirror`", scratch.Clear, () => GitAsync("clone", "--mirror", "--quiet", url, theirs));

        await WriteAsync(WithoutNewest(all, variants));
        await OursAsync(oursBefore);
        await GitAsync("clone", "--mirror", "--quiet", url, theirsBefore);
        await WriteAsync(all);
        await RowAsync(
            "later sync, 1 % new",
            "`git fetch --prune`",
            () =>
            {
                scratch.Clear();
                Copy(oursBefore, ours);
                Copy(theirsBefore, theirs);
            },
            FetchAsync);
        await RowAsync("sync, nothing new", "`git fetch --prune`", () => { }, FetchAsync);
        scratch.Clear();

        Task RowAsync(string work, string peer, Action prepare, Func<Task<Measurement>> gits)
            => table.RowAsync((work, $"{variants:N0} variants", objects), peer, prepare, () => OursAsync(ours), gits);

        Task<Measurement> OursAsync(string clone) => MeasuredProcess.RunAsync(Environment.ProcessPath!, ["child", "sync", url, clone], cancellationToken);

        Task WriteAsync(IEnumerable<string> refs) => File.WriteAllTextAsync(packedRefs, string.Concat(refs.Select(line => line + '\n')), cancellationToken);

        Task<Measurement> FetchAsync() => GitAsync("-C", theirs, "fetch", "--prune", "--quiet");

        Task<Measurement> GitAsync(params string[] arguments) => MeasuredProcess.RunAsync("git", arguments, cancellationToken);
    }

    /// <summary>Leaves out the branches and tags of the newest hundredth of the variants, with what a tag leads to.</summary>
    private static IEnumerable<string> WithoutNewest(IEnumerable<string> packedRefs, int variants)
    {
        var isOut = false;
        foreach (var line in packedRefs)
        {
            if (line[0] != '^')
            {
                isOut = Number().Match(line) is { Success: true } number && int.Parse(number.ValueSpan, CultureInfo.InvariantCulture) >= variants - (variants / 100);
            }

            if (!isOut)
            {
                yield return line;
            }
        }
    }

    [GeneratedRegex("(?<=-|/v|-v)[0-9]+(?=-slug$|$)")]
    private static partial Regex Number();

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
