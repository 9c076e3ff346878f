using System.Globalization;

namespace Eden.Checkpoint.Server;

/// <summary>How many files the system lets this process have open, connections among them. A process of .NET that has none left may end.</summary>
internal static class OpenFileLimit
{
    private const string Name = "Max open files";

    // The runtime has some two hundred open for its assemblies; exports and the database need theirs too.
    private const long Reserved = 256;
    private const long FewestConnections = 16;

    /// <summary>Returns how many connections leave enough files for everything else: half of what the runtime does not need; <see langword="null"/> when the system does not tell.</summary>
    public static long? Connections() => OperatingSystem.IsLinux() ? Connections(File.ReadLines("/proc/self/limits")) : null;

    /// <summary>Reads the system's table of limits.</summary>
    internal static long? Connections(IEnumerable<string> limits)
    {
        var line = limits.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        var soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var files) ? Math.Max(FewestConnections, (files - Reserved) / 2) : null;
    }
}
