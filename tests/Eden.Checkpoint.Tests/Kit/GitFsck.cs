using System.Text;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>What <c>git fsck</c> says of a repository, without the style of objects that git can read: real histories have faults of every kind there.</summary>
internal static class GitFsck
{
    private static readonly string[] s_style = ["error in ", "warning in ", "notice: "];

    /// <summary>Returns the lines that tell of something missing, unreadable or unconnected; none when git can use all of it.</summary>
    public static async Task<string[]> FaultsAsync(string repository) => (await RunAsync(repository)).Faults;

    /// <summary>Returns the exit code too, which tells of style as well.</summary>
    public static async Task<(int ExitCode, string[] Faults)> RunAsync(string repository)
    {
        var (exitCode, output, error) = await GitCli.TryRunAsync(repository, default, "fsck", "--full", "--no-dangling");
        var lines = $"{Encoding.UTF8.GetString(output)}{error}".Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var faults = lines.Where(line => !s_style.Any(start => line.StartsWith(start, StringComparison.Ordinal))).ToArray();
        return (exitCode, exitCode != 0 && lines.Length == 0 ? [$"git fsck ended with {exitCode}"] : faults);
    }
}
