using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>One run of the built console host as a process of its own: its exit code and what it printed.</summary>
internal sealed record ConsoleRun(int ExitCode, string Output, string Error)
{
    // The copy beside the tests lacks what the tests' own framework brings; the host runs from where it was built.
    private static string Program { get; } = FindProgram();

    /// <summary>Gets the output as one JSON document a line.</summary>
    public IReadOnlyList<JsonElement> JsonLines
        => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Runs it to its end, with both streams redirected and nothing on standard input.</summary>
    /// <param name="temporaryDirectory">What the process is told to use for temporary files, so that a test can see what is left.</param>
    /// <param name="arguments">The command line.</param>
    public static Task<ConsoleRun> StartAsync(string temporaryDirectory, params string[] arguments)
        => StartAsync(ProcessMeans.Plenty, temporaryDirectory, arguments);

    /// <summary>Runs it to its end within given means.</summary>
    public static async Task<ConsoleRun> StartAsync(ProcessMeans means, string temporaryDirectory, params string[] arguments)
    {
        using var process = Begin(means, temporaryDirectory, arguments);
        return await EndAsync(process, means.Patience);
    }

    /// <summary>Starts it and returns the running process; <see cref="EndAsync(Process)"/> waits for it.</summary>
    public static Process Begin(string temporaryDirectory, params string[] arguments) => Begin(ProcessMeans.Plenty, temporaryDirectory, arguments);

    public static Task<ConsoleRun> EndAsync(Process process) => EndAsync(process, ProcessMeans.Plenty.Patience);

    /// <summary>Runs it by a shell, for its redirections.</summary>
    /// <param name="temporaryDirectory">The directory to run in, and for temporary files.</param>
    /// <param name="line">The command line behind the program's name.</param>
    /// <param name="before">What runs before it, and gives it its standard input; <see langword="null"/> for nothing.</param>
    public static async Task<ConsoleRun> ShellAsync(string temporaryDirectory, string line, string? before = null)
    {
        var start = Prepare("sh", temporaryDirectory);
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(before is null ? $"exec dotnet exec \"$0\" {line}" : $"{{ {before}; }} | dotnet exec \"$0\" {line}");
        start.ArgumentList.Add(Program);
        using var process = Start(start);
        return await EndAsync(process, ProcessMeans.Plenty.Patience);
    }

    private static Process Begin(ProcessMeans means, string temporaryDirectory, string[] arguments)
    {
        var start = Prepare(means.ShellLimits.Length == 0 ? "dotnet" : "sh", temporaryDirectory);
        if (means.ShellLimits.Length > 0)
        {
            // The soft limit alone would not do: the runtime raises it to the hard one.
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add($"{means.ShellLimits}exec dotnet \"$@\"");
            start.ArgumentList.Add("sh");
        }

        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (means.HeapBytes is { } heap)
        {
            start.Environment["DOTNET_GCHeapHardLimit"] = heap.ToString("X", CultureInfo.InvariantCulture);
        }

        if (means.FileBytes is not null)
        {
            // Else the runtime itself makes files of any length, for the code that it compiles.
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        }

        foreach (var (name, value) in means.Environment)
        {
            start.Environment[name] = value;
        }

        if (means.Processors is { } processors)
        {
            start.Environment["DOTNET_PROCESSOR_COUNT"] = processors.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (name, value) in means.Variables)
        {
            start.Environment[name] = value;
        }

        return Start(start);
    }

    private static ProcessStartInfo Prepare(string program, string temporaryDirectory)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = temporaryDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The runtime keeps files of its own in TMPDIR while it serves diagnostics.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["TMPDIR"] = temporaryDirectory;
        start.Environment["GITHUB_ACTIONS"] = "true";
        GitCli.Isolate(start);
        return start;
    }

    private static Process Start(ProcessStartInfo start)
    {
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.StandardInput.Close();
        return process;
    }

    private static async Task<ConsoleRun> EndAsync(Process process, TimeSpan longest)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(longest);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ConsoleRun(process.ExitCode, await output, await error);
    }

    private static string FindProgram()
    {
        var built = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(
            SourceTree.Root, "samples", "Eden.Checkpoint.Console", "bin", built.Parent!.Name, built.Name, "eden-checkpoint.dll");
        return File.Exists(program) ? program : throw new FileNotFoundException("The console host was not built.", program);
    }
}
