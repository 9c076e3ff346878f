namespace Eden.Checkpoint.Benchmarks;

/// <summary>Our engine and git on the same repository.</summary>
internal static class EngineBenchmark
{
    public static async Task<int> RunAsync(int[] sizes, int rounds, string? keep, CancellationToken cancellationToken)
    {
        var table = new PairedRuns(rounds);
        table.WriteHead();
        using var scratch = new ScratchFolder();
        foreach (var size in sizes)
        {
            await RunSizeAsync(table, size, keep ?? scratch.Path, scratch, cancellationToken);
        }

        return 0;
    }

    private static async Task RunSizeAsync(PairedRuns table, int variants, string home, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var (repository, bundle, pack) = await SyntheticRepository.EnsureAsync(home, variants, cancellationToken);
        var objects = SyntheticRepository.CountObjects(pack);
        var ours = scratch["ours"];
        var theirs = scratch["theirs"];
        await RowAsync("verify, depth commits", "`git index-pack`",
            () => OursAsync("verify-commits", bundle),
            () => MeasuredProcess.RunAsync("git", ["index-pack", "-o", theirs, pack], cancellationToken));
        await RowAsync("verify, depth objects", "`git clone --bare` + `git rev-list --objects --all`",
            () => OursAsync("verify-objects", bundle),
            async () =>
            {
                var clone = await MeasuredProcess.RunAsync("git", ["clone", "--bare", "--quiet", bundle, theirs], cancellationToken);
                var walk = await MeasuredProcess.RunAsync("git", ["-C", theirs, "rev-list", "--objects", "--all"], cancellationToken);
                return new Measurement(clone.Elapsed + walk.Elapsed, Math.Max(clone.PeakBytes, walk.PeakBytes));
            });
        await RowAsync("restore", "`git clone --bare`",
            () => OursAsync("restore", bundle, ours),
            () => MeasuredProcess.RunAsync("git", ["clone", "--bare", "--quiet", bundle, theirs], cancellationToken));
        await RowAsync("create", "`git bundle create --all`",
            () => OursAsync("create", repository, ours),
            () => MeasuredProcess.RunAsync("git", ["-C", repository, "bundle", "create", "--quiet", theirs, "--all"], cancellationToken));

        Task RowAsync(string work, string peer, Func<Task<Measurement>> mine, Func<Task<Measurement>> gits)
            => table.RowAsync((work, variants, objects), peer, scratch.Clear, mine, gits);

        Task<Measurement> OursAsync(params string[] arguments)
            => MeasuredProcess.RunAsync(Environment.ProcessPath!, ["child", .. arguments], cancellationToken);
    }
}
