using System.Diagnostics;
using System.Globalization;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A real file system of its own over a folder, as small as wanted, so that a disk is really full or another one. Where it cannot be mounted, the test is ignored.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Mounts one.</summary>
    /// <param name="folder">The folder, which must be there.</param>
    /// <param name="size">How much it holds, as <c>mount</c> wants it, for example <c>48k</c>.</param>
    public static async Task<SmallDisk> MountAsync(string folder, string size)
    {
        RequireMount();
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder);
        return new SmallDisk(folder);
    }

    /// <summary>Shows a folder at another place too, as containers do with volumes.</summary>
    public static async Task<SmallDisk> ShowAsync(string folder, string place)
    {
        RequireMount();
        await RunAsync("mount", "--bind", folder, place);
        return new SmallDisk(place);
    }

    /// <summary>Gives it another size; what is on it stays.</summary>
    public Task ResizeAsync(string size) => RunAsync("mount", "-o", $"remount,size={size}", _folder);

    /// <summary>Lets nobody write to it any more.</summary>
    public Task MakeReadOnlyAsync() => RunAsync("mount", "-o", "remount,ro", _folder);

    public async ValueTask DisposeAsync() => await RunAsync("umount", _folder);

    private static void RequireMount()
    {
        if (!MayMount())
        {
            Assert.Ignore("Mounting a file system needs root's right to it, which many containers take away.");
        }
    }

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
