using Eden.Git;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>What a measured child process does with the engine.</summary>
internal static class EngineWork
{
    public static async Task VerifyAsync(string bundle, GitVerification depth, CancellationToken cancellationToken)
    {
        var report = await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Depth = depth }, cancellationToken);
        Console.WriteLine($"{report.ObjectCount} objects");
        if (report.TotalFaults > 0)
        {
            throw new InvalidOperationException($"{report.TotalFaults} faults, the first: {report.Faults[0]}");
        }
    }

    public static async Task CreateAsync(string repository, string bundle, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(bundle, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        await GitBundle.CreateAsync(repository, file, cancellationToken: cancellationToken);
    }
}
