using System.Diagnostics;
using System.Globalization;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A real file system of a few bytes over a folder, so that a disk is really full. Where it cannot be mounted, the test is ignored.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Mounts one.</summary>
    /// <param name="folder">The folder, which must be there.</param>
    /// <param name="size">How much it holds, as <c>mount</c> wants it, for example <c>48k</c>.</param>
    public static async Task<SmallDisk> MountAsync(string folder, string size)
    {
        if (!MayMount())
        {
            Assert.Ignore("Mounting a small file system needs root's right to it, which many containers take away.");
        }

        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder);
        return new SmallDisk(folder);
    }

    /// <summary>Gives it another size; what is on it stays.</summary>
    public Task ResizeAsync(string size) => RunAsync("mount", "-o", $"remount,size={size}", _folder);

    public async ValueTask DisposeAsync() => await RunAsync("umount", _folder);

    /// <summary>Whether this process has the capability CAP_SYS_ADMIN, number 21.</summary>
    private static bool MayMount()
        => OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status")
            .Where(line => line.StartsWith("CapEff:", StringComparison.Ordinal))
            .Any(line => (ulong.Parse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << 21)) != 0);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}");
    }
}
