using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Eden.Shared;

/// <summary>Makes a rename last: flushes a directory's own entries to disk.</summary>
internal static class DirectoryFlush
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000; // O_CLOEXEC of Linux on every architecture that .NET runs on
    private const int Forbidden = 13; // EACCES: a directory that may be written to but not read
    private const int InvalidArgument = 22; // EINVAL: a file system that cannot flush directories

    /// <summary>Flushes the directory. Does nothing where the platform has no such call, or where the directory may not be read: what was renamed
    /// is in its place by then, and an error would say that it is not.</summary>
    /// <exception cref="IOException">The flush failed.</exception>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux())
        {
            // The base library offers no directory handle; only Linux is bound here.
            return;
        }

        var descriptor = Open(Encoding.UTF8.GetBytes(directory + '\0'), ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            if (Marshal.GetLastPInvokeError() == Forbidden)
            {
                return;
            }

            throw Failure(directory);
        }

        try
        {
            if (FSync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string directory)
    {
        var cause = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"The directory {directory} could not be flushed to disk: {cause.Message}", cause);
    }

#pragma warning disable SYSLIB1054, CA2101 // Blittable signatures: a generated stub would need unsafe code and add nothing.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int FSync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
#pragma warning restore SYSLIB1054, CA2101
}
