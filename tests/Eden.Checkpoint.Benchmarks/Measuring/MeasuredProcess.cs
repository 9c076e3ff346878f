using System.Diagnostics;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Runs a program and measures it as a whole: start-up included. Memory is looked at every few milliseconds.</summary>
internal static class MeasuredProcess
{
    private const int KeptOutput = 1 << 16;
    private static readonly TimeSpan s_sampling = TimeSpan.FromMilliseconds(4);

    /// <summary>Runs this program as a process that does one piece of work (<see cref="MeasuredWork"/>).</summary>
    public static Task<Measurement> OursAsync(
        IReadOnlyList<string> work, CancellationToken cancellationToken, params IReadOnlyList<(string Name, string Value)> environment)
        => RunAsync(Environment.ProcessPath!, ["child", .. work], cancellationToken, environment);

    public static Task<Measurement> GitAsync(CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
        => RunAsync("git", arguments, cancellationToken);

    public static async Task<Measurement> RunAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken, params IReadOnlyList<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = ReadHeadAsync(process.StandardOutput, cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var ended = process.WaitForExitAsync(cancellationToken);
        var peak = default(MemoryPeak);
        while (!ended.IsCompleted)
        {
            peak = peak.With(ProcessMemory.Read(process.Id));
            await Task.WhenAny(ended, Task.Delay(s_sampling, cancellationToken));
        }

        await ended;
        var elapsed = clock.Elapsed;
        return process.ExitCode == 0
            ? new Measurement(elapsed, peak, await output)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
    }

    /// <summary>Reads everything, and keeps the beginning: <c>git rev-list</c> prints many megabytes.</summary>
    private static async Task<string> ReadHeadAsync(StreamReader output, CancellationToken cancellationToken)
    {
        var head = new char[KeptOutput];
        var length = await output.ReadBlockAsync(head, cancellationToken);
        await output.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        return new string(head, 0, length);
    }
}
