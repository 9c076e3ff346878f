using System.Runtime.InteropServices;
using System.Text;

namespace Eden.Checkpoint.Storage;

/// <summary>Tells devices, pipes and sockets from plain files. Renaming a file over one would take it away from everybody who uses it.</summary>
internal static class SpecialFile
{
    // Linux, the same on every architecture: statx(2) was made to be so.
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint TypeWanted = 1; // STATX_TYPE
    private const int StatLength = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000; // S_IFMT
    private const int PlainFile = 0x8000; // S_IFREG
    private const int Folder = 0x4000; // S_IFDIR

    /// <summary>Whether there is something at the path, behind symbolic links, that is neither a file nor a directory. Never where the platform cannot say.</summary>
    public static bool IsAt(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var stat = new byte[StatLength];
        try
        {
            if (StatX(CurrentDirectory, Encoding.UTF8.GetBytes(path + '\0'), 0, TypeWanted, stat) != 0)
            {
                return false;
            }
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            // A C library from before 2018, or one of another name.
            return false;
        }

        return (BitConverter.ToUInt16(stat, ModeOffset) & TypeMask) is not (PlainFile or Folder);
    }

#pragma warning disable SYSLIB1054, CA2101 // Blittable signatures: a generated stub would need unsafe code and add nothing.
    [DllImport("libc", EntryPoint = "statx")]
    private static extern int StatX(int directory, byte[] path, int flags, uint wanted, byte[] stat);
#pragma warning restore SYSLIB1054, CA2101
}
