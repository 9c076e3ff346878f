using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Our sync and git's on the same smart-HTTP remote: a first one, one after the newest hundredth of the variants has come, and one after nothing has.</summary>
internal static class SyncBenchmark
{
    public static async Task RunAsync(IEnumerable<HistoryPlan> plans, int rounds, string? keep, CancellationToken cancellationToken)
    {
        var table = new PairedRuns(rounds);
        table.WriteHead();
        using var scratch = new ScratchFolder();
        foreach (var plan in plans)
        {
            using var folder = new ScratchFolder();
            await RunAsync(table, await GeneratedRepository.EnsureAsync(keep ?? scratch.Path, plan, cancellationToken), folder, cancellationToken);
        }
    }

    private static async Task RunAsync(PairedRuns table, GeneratedRepository repository, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var served = scratch["served/experiment.git"];
        FolderCopy.Create(repository.Path, served);
        var packedRefs = PackedRefs.PathOf(served);
        var all = await File.ReadAllLinesAsync(packedRefs, cancellationToken);
        await using var remote = await GitHttpRemote.StartAsync(Path.GetDirectoryName(served)!);
        var url = remote.Url("experiment.git");
        var (ours, theirs) = (scratch["ours"], scratch["theirs"]);
        var (oursBefore, theirsBefore) = (scratch["ours-before"], scratch["theirs-before"]);

        await RowAsync("first sync", "`git clone --mirror`", scratch.Clear, () => GitAsync("clone", "--mirror", "--quiet", url, theirs));

        await WriteAsync(WithoutNewest(all, repository.Variants));
        await OursAsync(oursBefore);
        await GitAsync("clone", "--mirror", "--quiet", url, theirsBefore);
        await WriteAsync(all);
        await RowAsync(
            "later sync, 1 % new",
            "`git fetch --prune`",
            () =>
            {
                scratch.Clear();
                FolderCopy.Create(oursBefore, ours);
                FolderCopy.Create(theirsBefore, theirs);
            },
            FetchAsync);
        await RowAsync("sync, nothing new", "`git fetch --prune`", () => { }, FetchAsync);
        scratch.Clear();

        Task RowAsync(string work, string peer, Action prepare, Func<Task<Measurement>> gits)
            => table.RowAsync((work, repository.History, repository.Objects), peer, prepare, () => OursAsync(ours), gits);

        Task<Measurement> OursAsync(string clone) => MeasuredProcess.OursAsync(["sync", url, clone], cancellationToken);

        Task WriteAsync(IEnumerable<string> refs) => File.WriteAllTextAsync(packedRefs, string.Concat(refs.Select(line => line + '\n')), cancellationToken);

        Task<Measurement> FetchAsync() => GitAsync("-C", theirs, "fetch", "--prune", "--quiet");

        Task<Measurement> GitAsync(params string[] arguments) => MeasuredProcess.GitAsync(cancellationToken, arguments);
    }

    /// <summary>Leaves out the branches and tags of the newest hundredth of the variants, with what a tag leads to.</summary>
    private static IEnumerable<string> WithoutNewest(IEnumerable<string> packedRefs, int variants)
    {
        var isOut = false;
        foreach (var line in packedRefs)
        {
            if (line[0] != '^')
            {
                isOut = VariantNames.NumberOf(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]) >= variants - (variants / 100);
            }

            if (!isOut)
            {
                yield return line;
            }
        }
    }
}
