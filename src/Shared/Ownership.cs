using System.Runtime.InteropServices;

namespace Eden.Shared;

/// <summary>Tells what is this user's own: only that may be swept from directories which others can write to.</summary>
internal static class Ownership
{
    /// <summary>Whether there is something of that kind at the path itself, not behind a link, that belongs to this user.</summary>
    public static bool IsOwn(string path, FileKind kind)
    {
        if (OperatingSystem.IsWindows())
        {
            // Directories for temporary files are each user's own there.
            return new FileInfo(path).LinkTarget is null;
        }

        try
        {
            return FileStatus.Of(path, followLinks: false) is { } status && status.Kind == kind && status.Owner == EffectiveUser();
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

#pragma warning disable SYSLIB1054 // A blittable signature: a generated stub would need unsafe code and add nothing.
    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint EffectiveUser();
#pragma warning restore SYSLIB1054
}
