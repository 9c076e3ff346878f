using System.Runtime.InteropServices;
using System.Text;

namespace Eden.Shared;

/// <summary>What the system says of a file: its kind, its owner, and which file it is, whatever its name. Known on Linux only.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Owner">The user whose file it is.</param>
/// <param name="Inode">The number of the file on its file system.</param>
/// <param name="FileSystem">The number of its file system.</param>
/// <param name="IsMounted">Whether it is what something is mounted at; <see langword="null"/> where the kernel does not say.</param>
internal readonly record struct FileStatus(FileKind Kind, uint Owner, ulong Inode, ulong FileSystem, bool? IsMounted)
{
    // The same on every architecture: statx(2) was made to be so.
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint Wanted = 0x109; // STATX_TYPE | STATX_UID | STATX_INO
    private const int StatLength = 256;
    private const int AttributesOffset = 8;
    private const int KnownAttributesOffset = 56;
    private const ulong MountRoot = 0x2000; // STATX_ATTR_MOUNT_ROOT
    private const int OwnerOffset = 20;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int FileSystemOffset = 136; // stx_dev_major, stx_dev_minor
    private const int TypeMask = 0xF000; // S_IFMT

    /// <summary>Looks at a path.</summary>
    /// <returns>What is there; <see langword="null"/> for nothing, and where the platform cannot say.</returns>
    public static FileStatus? Of(string path, bool followLinks = true)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var longest = Encoding.UTF8.GetMaxByteCount(path.Length) + 1;
        var name = longest <= 1024 ? stackalloc byte[longest] : new byte[longest];
        name[Encoding.UTF8.GetBytes(path, name)] = 0;
        return Read(CurrentDirectory, name, followLinks ? 0 : NoFollow);
    }

    /// <summary>Tells whether something is mounted at a folder, so that nothing can be renamed over it.</summary>
    public static bool IsMountPoint(string folder)
        => Of(folder) is { Kind: FileKind.Directory } status
            && (status.IsMounted ?? (Path.GetDirectoryName(folder) is not { } parent || Of(parent) is not { } above || above.FileSystem != status.FileSystem));

    /// <summary>Looks at what is open.</summary>
    public static FileStatus? Of(SafeHandle handle)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var counted = false;
        try
        {
            handle.DangerousAddRef(ref counted);
            return Read((int)handle.DangerousGetHandle(), [0], EmptyPath);
        }
        finally
        {
            if (counted)
            {
                handle.DangerousRelease();
            }
        }
    }

    private static FileStatus? Read(int directory, Span<byte> path, int flags)
    {
        Span<byte> stat = stackalloc byte[StatLength];
        stat.Clear();
        try
        {
            if (StatX(directory, ref MemoryMarshal.GetReference(path), flags, Wanted, ref MemoryMarshal.GetReference(stat)) != 0)
            {
                return null;
            }
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            // A C library from before 2018, or one of another name.
            return null;
        }

        var kind = (MemoryMarshal.Read<ushort>(stat[ModeOffset..]) & TypeMask) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0xA000 => FileKind.Link,
            _ => FileKind.Special,
        };
        return new FileStatus(
            kind,
            MemoryMarshal.Read<uint>(stat[OwnerOffset..]),
            MemoryMarshal.Read<ulong>(stat[InodeOffset..]),
            MemoryMarshal.Read<ulong>(stat[FileSystemOffset..]),
            (MemoryMarshal.Read<ulong>(stat[KnownAttributesOffset..]) & MountRoot) == 0 ? null : (MemoryMarshal.Read<ulong>(stat[AttributesOffset..]) & MountRoot) != 0);
    }

#pragma warning disable SYSLIB1054 // A blittable signature: a generated stub would need unsafe code and add nothing.
    [DllImport("libc", EntryPoint = "statx")]
    private static extern int StatX(int directory, ref byte path, int flags, uint wanted, ref byte stat);
#pragma warning restore SYSLIB1054
}
