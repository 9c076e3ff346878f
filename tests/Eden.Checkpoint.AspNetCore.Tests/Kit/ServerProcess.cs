using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Kit;

/// <summary>The built sample server as a process of its own.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    public const string AdminToken = "the-admin-token-of-the-deployment";

    private readonly Process _process;
    private readonly Task<string> _error;

    private ServerProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", $"admin:{AdminToken}");
    }

    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Starts the server on any port and waits for the line that says which.</summary>
    public static Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
        => StartAsync("exec \"$@\"", environment, arguments);

    /// <summary>Starts the server by a line of shell, whose arguments are the server's command.</summary>
    public static async Task<ServerProcess> StartAsync(string shell, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var server = new ServerProcess(Begin(shell, environment, arguments));
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var line = await server._process.StandardOutput.ReadLineAsync(patience.Token) ?? "";
            var listening = Listening().Match(line);
            Assert.That(listening.Success, Is.True, $"unexpected output: {line} {(server._process.HasExited ? await server._error : "")}");
            server.Client.BaseAddress = new Uri($"http://{listening.Groups[1].Value}:{int.Parse(listening.Groups[2].Value, CultureInfo.InvariantCulture)}");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Runs the server where it is expected to end by itself.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Begin("exec \"$@\"", environment, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await error);
    }

    /// <summary>Asks the server to end, the way an orchestrator does.</summary>
    public Task<(int ExitCode, string Output, string Error)> TerminateAsync()
    {
        ProcessSignal.Terminate(_process);
        return EndAsync();
    }

    /// <summary>Closes the server's terminal, as far as it can tell.</summary>
    public Task<(int ExitCode, string Output, string Error)> HangUpAsync()
    {
        ProcessSignal.HangUp(_process);
        return EndAsync();
    }

    /// <summary>Lists what the process has open, as the system names it.</summary>
    public IEnumerable<string> OpenFiles()
        => Directory.EnumerateFileSystemEntries($"/proc/{_process.Id}/fd").Select(link => new FileInfo(link).LinkTarget).OfType<string>();

    /// <summary>Ends the server at once, if it has not ended by itself, and returns its log.</summary>
    public async Task<string> KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        return (await EndAsync()).Error;
    }

    private async Task<(int ExitCode, string Output, string Error)> EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, await _process.StandardOutput.ReadToEndAsync(), await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        Client.Dispose();
    }

    private static Process Begin(string shell, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo("sh", ["-c", shell, "sh", "dotnet", "exec"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "eden-checkpoint-server.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("EDEN_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        GitCli.Isolate(start);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    [GeneratedRegex(@"^EDEN_CHECKPOINT_LISTENING host=(\S+) port=(\d+)$")]
    private static partial Regex Listening();
}
