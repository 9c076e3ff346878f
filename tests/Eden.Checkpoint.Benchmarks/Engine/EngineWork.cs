using Eden.Git;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>What a measured child process does with the engine, or an import with everything.</summary>
internal static class EngineWork
{
    public static async Task<int> RunAsync(string work, string input, string? output, CancellationToken cancellationToken)
    {
        switch (work)
        {
            case "verify-commits":
            case "verify-objects":
                var options = new GitBundleVerifyOptions { Depth = work == "verify-commits" ? GitVerification.Commits : GitVerification.Objects };
                var report = await GitBundle.VerifyAsync(input, options, cancellationToken);
                Console.WriteLine($"{report.ObjectCount} objects, {report.TotalFaults} faults");
                return report.TotalFaults == 0 ? 0 : 1;
            case "restore":
                await GitBundle.RestoreAsync(input, output!, cancellationToken: cancellationToken);
                return 0;
            case "create":
                await using (var bundle = new FileStream(output!, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous))
                {
                    await GitBundle.CreateAsync(input, bundle, cancellationToken: cancellationToken);
                }

                return 0;
            case "sync":
                await LocalClone.EnsureAsync(output!, input, cancellationToken: cancellationToken);
                return 0;
            case "import":
                return await ImportWork.RunAsync(input, output!, cancellationToken);
            default:
                await Console.Error.WriteLineAsync($"There is no work called {work}.");
                return 2;
        }
    }
}
