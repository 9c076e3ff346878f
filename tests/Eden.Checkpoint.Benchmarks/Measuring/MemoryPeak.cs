using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The most memory of a process, in bytes: what it allocated, and what it had mapped of files, which the kernel may take back.</summary>
internal readonly record struct MemoryPeak(long Anonymous, long Mapped)
{
    public MemoryPeak With(MemoryPeak other) => new(Math.Max(Anonymous, other.Anonymous), Math.Max(Mapped, other.Mapped));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Anonymous / MiB:F0} + {Mapped / MiB:F0} MiB");

    private const double MiB = 1 << 20;
}
