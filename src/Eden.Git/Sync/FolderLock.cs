using System.Runtime.InteropServices;
using System.Text;
using Eden.Shared;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Sync;

/// <summary>A lock on a folder itself, so that whoever knows it by another name meets it too: a volume that containers mount at paths of their own.
/// Nothing is made in the folder. On Linux only; where the file system has no such locks, it holds nobody off.</summary>
internal static class FolderLock
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000; // O_CLOEXEC
    private const int Exclusive = 2; // LOCK_EX
    private const int NoWait = 4; // LOCK_NB
    private const int WouldBlock = 11; // EWOULDBLOCK

    /// <summary>Takes the lock, if there is a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="held">The lock, to be disposed; <see langword="null"/> when there is no folder, or no lock to be had on it.</param>
    /// <returns>Whether nobody else has it.</returns>
    public static bool TryTake(string folder, out SafeFileHandle? held)
    {
        held = null;
        if (!OperatingSystem.IsLinux() || !Directory.Exists(folder))
        {
            return true;
        }

        var descriptor = Open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            return true;
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FLock(descriptor, Exclusive | NoWait) != 0)
        {
            var isTaken = Marshal.GetLastPInvokeError() == WouldBlock;
            handle.Dispose();
            return !isTaken;
        }

        if (FileStatus.Of(handle) is { } locked && FileStatus.Of(folder) is { } there && (locked.Inode, locked.FileSystem) != (there.Inode, there.FileSystem))
        {
            // It was replaced in between.
            handle.Dispose();
            return false;
        }

        held = handle;
        return true;
    }

#pragma warning disable SYSLIB1054, CA2101 // Blittable signatures: a generated stub would need unsafe code and add nothing.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int FLock(int descriptor, int operation);
#pragma warning restore SYSLIB1054, CA2101
}
