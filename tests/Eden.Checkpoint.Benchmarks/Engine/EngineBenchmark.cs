namespace Eden.Checkpoint.Benchmarks;

/// <summary>Our engine and git on the same repository.</summary>
internal static class EngineBenchmark
{
    /// <summary>Runs the benchmark.</summary>
    /// <param name="sizes">Sizes of the repositories to generate, in variants.</param>
    /// <param name="repositories">Repositories to measure instead; nothing is written to them.</param>
    /// <param name="rounds">Paired runs per row.</param>
    /// <param name="keep">Where generated repositories are kept; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the benchmark.</param>
    public static async Task<int> RunAsync(int[] sizes, DirectoryInfo[] repositories, int rounds, string? keep, CancellationToken cancellationToken)
    {
        var table = new PairedRuns(rounds);
        table.WriteHead();
        using var scratch = new ScratchFolder();
        foreach (var repository in repositories)
        {
            using var measured = new ScratchFolder();
            var bundle = measured["bundle"];
            await SyntheticRepository.GitAsync(["-C", repository.FullName, "bundle", "create", "--quiet", bundle, "--all"], cancellationToken);
            var pack = measured["pack"];
            SyntheticRepository.WritePack(bundle, pack);
            await RunRowsAsync(table, repository.Name, repository.FullName, bundle, pack, scratch, cancellationToken);
        }

        foreach (var size in repositories.Length > 0 ? [] : sizes)
        {
            var (repository, bundle, pack) = await SyntheticRepository.EnsureAsync(keep ?? scratch.Path, size, cancellationToken);
            await RunRowsAsync(table, $"{size:N0} variants", repository, bundle, pack, scratch, cancellationToken);
        }

        return 0;
    }

    private static async Task RunRowsAsync(
        PairedRuns table, string history, string repository, string bundle, string pack, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var objects = SyntheticRepository.CountObjects(pack);
        var ours = scratch["ours"];
        var theirs = scratch["theirs"];
        await RowAsync("verify, depth commits", "`git index-pack`",
            () => OursAsync("verify-commits", bundle),
            () => MeasuredProcess.RunAsync("git", ["index-pack", "-o", theirs, pack], cancellationToken));
        await RowAsync("verify, depth objects", "`git index-pack`",
            () => OursAsync("verify-objects", bundle),
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
            => table.RowAsync((work, history, objects), peer, scratch.Clear, mine, gits);

        Task<Measurement> OursAsync(params string[] arguments)
            => MeasuredProcess.RunAsync(Environment.ProcessPath!, ["child", .. arguments], cancellationToken);
    }
}
