using System.Diagnostics;
using System.Text;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>The real git, as an oracle: a clean environment, fixed dates and identity, a failure with its standard error.</summary>
internal static class GitCli
{
    public static async Task<string> RunAsync(string directory, params string[] arguments)
        => Encoding.UTF8.GetString(await RunWithInputAsync(directory, ReadOnlyMemory<byte>.Empty, arguments)).TrimEnd('\n');

    public static async Task<byte[]> RunWithInputAsync(string directory, ReadOnlyMemory<byte> input, params string[] arguments)
    {
        var (exitCode, output, error) = await TryRunAsync(directory, input, arguments);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"git {string.Join(' ', arguments)} in {directory} ended with {exitCode}: {error}");
        }

        return output;
    }

    public static async Task<(int ExitCode, byte[] Output, string Error)> TryRunAsync(
        string directory, ReadOnlyMemory<byte> input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Isolate(start);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // git ended before it read everything; its exit code tells why.
        }

        await reading;
        var error = await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output.ToArray(), error);
    }

    /// <summary>Takes the user's and the machine's git configuration out of a process's environment.</summary>
    public static void Isolate(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_AUTHOR_NAME"] = start.Environment["GIT_COMMITTER_NAME"] = "Ada Example";
        start.Environment["GIT_AUTHOR_EMAIL"] = start.Environment["GIT_COMMITTER_EMAIL"] = "ada@example.org";
        start.Environment["GIT_AUTHOR_DATE"] = start.Environment["GIT_COMMITTER_DATE"] = "1780000000 +0000";
        start.Environment["LC_ALL"] = "C";
    }
}
