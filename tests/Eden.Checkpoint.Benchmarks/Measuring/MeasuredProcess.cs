using System.Diagnostics;
using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Wall time and peak resident memory of a finished process.</summary>
internal readonly record struct Measurement(TimeSpan Elapsed, long PeakBytes);

/// <summary>What several runs come to.</summary>
internal static class MeasurementList
{
    /// <summary>Returns the median of a value, of the wall time in seconds when none is named.</summary>
    public static double Median(this IEnumerable<Measurement> measurements, Func<Measurement, double>? value = null)
        => measurements.Select(value ?? (static m => m.Elapsed.TotalSeconds)).Median();

    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>Runs a program and measures it as a whole: start-up included.</summary>
internal static class MeasuredProcess
{
    private static readonly TimeSpan s_sampling = TimeSpan.FromMilliseconds(4);

    public static async Task<Measurement> RunAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken, params IReadOnlyList<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var ended = process.WaitForExitAsync(cancellationToken);
        var peak = 0L;
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, HighWater(process.Id));
            await Task.WhenAny(ended, Task.Delay(s_sampling, cancellationToken));
        }

        await ended;
        var elapsed = clock.Elapsed;
        await output;
        return process.ExitCode == 0
            ? new Measurement(elapsed, peak)
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
    }

    /// <summary>Reads the kernel's high-water mark of a process and its children; zero once they are gone.</summary>
    public static long HighWater(int process)
    {
        try
        {
            var peak = 0L;
            foreach (var line in File.ReadLines($"/proc/{process}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                {
                    peak = long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) << 10;
                }
            }

            // git does the heavy part in children of its own (index-pack, pack-objects).
            var children = File.ReadAllText($"/proc/{process}/task/{process}/children");
            foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                peak = Math.Max(peak, HighWater(int.Parse(child, CultureInfo.InvariantCulture)));
            }

            return peak;
        }
        catch (IOException)
        {
            return 0; // it has ended between two looks
        }
    }
}
