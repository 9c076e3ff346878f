using System.Diagnostics;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The built sample server as a process of its own, whose peak memory is the kernel's high-water mark (VmHWM).</summary>
internal sealed class MeasuredServer : IDisposable
{
    public const string AdminToken = "the-admin-token-of-the-benchmark";

    private const string Ready = "EDEN_CHECKPOINT_LISTENING host=";
    private readonly Process _process;
    private readonly Task<string> _log;

    private MeasuredServer(Process process)
    {
        _process = process;
        _log = process.StandardError.ReadToEndAsync();
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Gets the most memory that it had so far.</summary>
    public long PeakBytes => ProcessMemory.HighWater(_process.Id);

    public static async Task<MeasuredServer> StartAsync(
        string temporaryDirectory, TempDatabase database, string experimentId, string repositoryPath, string? remoteUrl, CancellationToken cancellationToken)
    {
        var built = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(SourceTree.Root, "samples", "Eden.Checkpoint.Server", "bin", built.Parent!.Name, built.Name, "eden-checkpoint-server.dll");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = ["exec", program, "--experiment-id", experimentId, "--repo-path", repositoryPath, "--port", "0", .. remoteUrl is null ? [] : (string[])["--forgejo-url", remoteUrl]];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["EDEN_ADMIN_TOKEN"] = AdminToken;
        start.Environment["EDEN_STORE_URL"] = database.Url;
        start.Environment["TMPDIR"] = temporaryDirectory;
        GitCli.Isolate(start);
        var server = new MeasuredServer(Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start."));
        var line = await server._process.StandardOutput.ReadLineAsync(cancellationToken) ?? "";
        if (!line.StartsWith(Ready, StringComparison.Ordinal))
        {
            server.Dispose();
            throw new InvalidOperationException($"The server did not start: {line} {await server._log}");
        }

        server.Address = new Uri("http://" + line[Ready.Length..].Replace(" port=", ":", StringComparison.Ordinal));
        return server;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
