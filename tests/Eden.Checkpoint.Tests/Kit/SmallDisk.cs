using System.Diagnostics;

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
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Ignore("Mounting a small file system needs root.");
        }

        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder);
        return new SmallDisk(folder);
    }

    /// <summary>Gives it another size; what is on it stays.</summary>
    public Task ResizeAsync(string size) => RunAsync("mount", "-o", $"remount,size={size}", _folder);

    public async ValueTask DisposeAsync() => await RunAsync("umount", _folder);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}");
    }
}
