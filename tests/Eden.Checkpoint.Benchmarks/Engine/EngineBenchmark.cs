namespace Eden.Checkpoint.Benchmarks;

/// <summary>Our engine and git on the same repository.</summary>
/// <param name="rounds">Paired runs per row.</param>
/// <param name="program">The console host to run; <see langword="null"/> for this program itself.</param>
internal sealed class EngineBenchmark(int rounds, string? program)
{
    private readonly PairedRuns _table = new(rounds);

    /// <summary>Measures repositories that are there; nothing is written to them.</summary>
    public async Task RunAsync(IEnumerable<DirectoryInfo> repositories, CancellationToken cancellationToken)
    {
        _table.WriteHead();
        foreach (var repository in repositories)
        {
            using var scratch = new ScratchFolder();
            var (bundle, pack) = (scratch["bundle"], scratch["pack"]);
            await BundlePack.CreateAsync(repository.FullName, bundle, pack, cancellationToken);
            await RunRowsAsync(new GeneratedRepository(repository.FullName, bundle, pack, repository.Name, 0), scratch, cancellationToken);
        }
    }

    /// <summary>Measures generated repositories.</summary>
    /// <param name="plans">Which.</param>
    /// <param name="keep">Where they are kept; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the benchmark.</param>
    public async Task RunAsync(IEnumerable<HistoryPlan> plans, string? keep, CancellationToken cancellationToken)
    {
        _table.WriteHead();
        using var scratch = new ScratchFolder();
        foreach (var plan in plans)
        {
            await RunRowsAsync(await GeneratedRepository.EnsureAsync(keep ?? scratch.Path, plan, cancellationToken), scratch, cancellationToken);
        }
    }

    private static string[] ConsoleWork(string work, string input, string? output) => work switch
    {
        "verify-commits" => ["verify", input, "--depth", "commits"],
        "verify-objects" => ["verify", input],
        _ => [work, input, output!],
    };

    private async Task RunRowsAsync(GeneratedRepository repository, ScratchFolder scratch, CancellationToken cancellationToken)
    {
        var (ours, theirs) = (scratch["ours"], scratch["theirs"]);
        await RowAsync("verify, depth commits", "`git index-pack`",
            () => OursAsync("verify-commits", repository.Bundle),
            () => GitAsync("index-pack", "-o", theirs, repository.Pack));
        await RowAsync("verify, depth objects", "`git index-pack`",
            () => OursAsync("verify-objects", repository.Bundle),
            () => GitAsync("index-pack", "-o", theirs, repository.Pack));
        await RowAsync("verify, depth objects", "`git clone --bare` + `git rev-list --objects --all`",
            () => OursAsync("verify-objects", repository.Bundle),
            async () => await GitAsync("clone", "--bare", "--quiet", repository.Bundle, theirs) + await GitAsync("-C", theirs, "rev-list", "--objects", "--all"));
        await RowAsync("restore", "`git clone --bare`",
            () => OursAsync("restore", repository.Bundle, ours),
            () => GitAsync("clone", "--bare", "--quiet", repository.Bundle, theirs));
        await RowAsync("create", "`git bundle create --all`",
            () => OursAsync("create", repository.Path, ours),
            () => GitAsync("-C", repository.Path, "bundle", "create", "--quiet", theirs, "--all"));
        scratch.Clear();

        Task RowAsync(string work, string peer, Func<Task<Measurement>> mine, Func<Task<Measurement>> gits)
            => _table.RowAsync((work, repository.History, repository.Objects), peer, scratch.Clear, mine, gits);

        Task<Measurement> OursAsync(string work, string input, string? output = null) => program is null
            ? MeasuredProcess.OursAsync(output is null ? [work, input] : [work, input, output], cancellationToken)
            : MeasuredProcess.RunAsync(program, ["bundle", .. ConsoleWork(work, input, output)], cancellationToken);

        Task<Measurement> GitAsync(params string[] arguments) => MeasuredProcess.GitAsync(cancellationToken, arguments);
    }
}
