using System.Globalization;

namespace Eden.Shared;

/// <summary>How many files one operation may keep open for long. The process has other work and one limit for all of it.</summary>
internal static class OpenFileShare
{
    private const int Most = 512;

    // What a .NET process has open before it does anything.
    private const int RuntimeFiles = 64;

    // Where the limit cannot be read: that of systems with the lowest one.
    private const int UsualLimit = 1024;

    /// <summary>Gets an eighth of what the process may open beside its runtime's own files, from 1 to 512.</summary>
    public static int Count { get; } = Math.Clamp((ProcessLimit() - RuntimeFiles) / 8, 1, Most);

    private static int ProcessLimit()
    {
        const string Label = "Max open files";
        try
        {
            foreach (var line in File.ReadLines("/proc/self/limits"))
            {
                if (line.StartsWith(Label, StringComparison.Ordinal))
                {
                    var soft = line[Label.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                    return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
                }
            }
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or a sandbox without /proc.
        }

        return UsualLimit;
    }
}
