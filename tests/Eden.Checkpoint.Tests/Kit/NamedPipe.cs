using System.Diagnostics;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A named pipe of the file system: whoever opens it waits for the other side.</summary>
internal static class NamedPipe
{
    public static async Task MakeAsync(string path)
    {
        using var mkfifo = Process.Start("mkfifo", [path]);
        await mkfifo.WaitForExitAsync();
        Assert.That(mkfifo.ExitCode, Is.Zero, $"mkfifo {path}");
    }

    /// <summary>Opens it for writing, once somebody reads.</summary>
    public static Task<FileStream> OpenAsync(string path)
        => Task.Run(() => new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0)).WaitAsync(TimeSpan.FromMinutes(1));
}
