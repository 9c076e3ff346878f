using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Eden.Shared;

/// <summary>Lists and opens what the base library cannot name: on Linux a file's name is bytes, and need not be UTF-8.</summary>
internal static class RawFiles
{
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800; // O_NONBLOCK, and the next, of Linux on every architecture that .NET runs on
    private const int CloseOnExec = 0x80000;
    private const int NotThere = 2; // ENOENT
    private const int NotADirectory = 20; // ENOTDIR

    // struct dirent of 64-bit Linux, in glibc and musl: inode, offset, length, type, name.
    private const int TypeOffset = 18;
    private const int NameOffset = 19;
    private const byte Folder = 4; // DT_DIR
    private const byte PlainFile = 8; // DT_REG

    /// <summary>Gets a value indicating whether this platform is one whose files can be named this way. On others names are text.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Lists a directory; nothing when there is none. What is neither a file nor a directory is listed as a file: opening it tells.</summary>
    /// <param name="directory">The path in bytes.</param>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static List<(byte[] Name, bool IsDirectory)> List(byte[] directory)
    {
        var entries = new List<(byte[], bool)>();
        var stream = OpenDirectory([.. directory, 0]);
        if (stream == IntPtr.Zero)
        {
            return Marshal.GetLastPInvokeError() is NotThere or NotADirectory ? entries : throw Failure();
        }

        try
        {
            for (var entry = ReadDirectory(stream); entry != IntPtr.Zero; entry = ReadDirectory(stream))
            {
                var length = 0;
                while (Marshal.ReadByte(entry, NameOffset + length) != 0)
                {
                    length++;
                }

                var name = new byte[length];
                Marshal.Copy(entry + NameOffset, name, 0, length);
                if (name.AsSpan().SequenceEqual("."u8) || name.AsSpan().SequenceEqual(".."u8))
                {
                    continue;
                }

                var type = Marshal.ReadByte(entry, TypeOffset);
                entries.Add((name, type == Folder || (type != PlainFile && IsDirectory([.. directory, (byte)'/', .. name]))));
            }

            return Marshal.GetLastPInvokeError() == 0 ? entries : throw Failure();
        }
        finally
        {
            _ = CloseDirectory(stream);
        }
    }

    /// <summary>Opens a file for reading; <see langword="null"/> when there is none. A pipe is not waited for.</summary>
    /// <param name="path">The path in bytes.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafeFileHandle? TryOpen(byte[] path)
    {
        var descriptor = Open([.. path, 0], ReadOnly | NonBlocking | CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true)
            : Marshal.GetLastPInvokeError() is NotThere or NotADirectory ? null
            : throw Failure();
    }

    private static bool IsDirectory(byte[] path)
    {
        var stream = OpenDirectory([.. path, 0]);
        return stream != IntPtr.Zero && CloseDirectory(stream) == 0;
    }

    private static IOException Failure()
    {
        var cause = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException(cause.Message, cause);
    }

#pragma warning disable SYSLIB1054, CA2101 // Blittable signatures: a generated stub would need unsafe code and add nothing.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static extern IntPtr OpenDirectory(byte[] path);

    [DllImport("libc", EntryPoint = "readdir", SetLastError = true)]
    private static extern IntPtr ReadDirectory(IntPtr stream);

    [DllImport("libc", EntryPoint = "closedir")]
    private static extern int CloseDirectory(IntPtr stream);
#pragma warning restore SYSLIB1054, CA2101
}
