using System.Runtime.InteropServices;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The line above each table: the machine, the runtime, and how the figures were taken.</summary>
internal static class Surroundings
{
    public static void Write(string how)
    {
        Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, .NET {Environment.Version}; {how}");
        Console.WriteLine();
    }
}
