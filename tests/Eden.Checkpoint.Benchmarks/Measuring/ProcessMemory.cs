using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>What the kernel says of a process's memory.</summary>
internal static class ProcessMemory
{
    /// <summary>Reads what a process has now, or the largest of its children when that is more: git does the heavy part in children of its own
    /// (index-pack, pack-objects). Zero once they are gone.</summary>
    public static MemoryPeak Read(int process)
    {
        try
        {
            var (anonymous, mapped) = (0L, 0L);
            foreach (var line in File.ReadLines(Status(process)))
            {
                if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                {
                    anonymous = Bytes(line);
                }
                else if (line.StartsWith("RssFile:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal))
                {
                    mapped += Bytes(line);
                }
            }

            var largest = new MemoryPeak(anonymous, mapped);
            foreach (var child in File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                largest = largest.With(Read(int.Parse(child, CultureInfo.InvariantCulture)));
            }

            return largest;
        }
        catch (IOException)
        {
            return default; // it has ended between two looks
        }
    }

    /// <summary>Reads the kernel's own high-water mark of a running process, mapped files included.</summary>
    public static long HighWater(int process) => Bytes(File.ReadLines(Status(process)).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)));

    private static string Status(int process) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status");

    // "RssAnon:	   12345 kB"
    private static long Bytes(string line)
        => long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1, line.Length - line.IndexOf(':', StringComparison.Ordinal) - 4), CultureInfo.InvariantCulture) << 10;
}
