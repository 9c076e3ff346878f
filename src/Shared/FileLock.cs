namespace Eden.Shared;

/// <summary>Locks on open files, which the system lets go of when a process ends, however it ends. They hold between all processes that the file's file
/// system serves, those of other containers too.</summary>
internal static class FileLock
{
    /// <summary>Whether somebody has the file open under a lock. Only then is it certain: there are file systems without locks.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static bool IsHeld(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (IOException failure) when (IsRefusal(failure))
        {
            return true;
        }
    }

    /// <summary>Whether an opening failed because somebody else holds a lock.</summary>
    public static bool IsRefusal(IOException failure) => OperatingSystem.IsWindows()
        ? (failure.HResult & 0xFFFF) is 32 or 33
        : failure.HResult is 11 or 35; // EWOULDBLOCK on Linux, on macOS and the BSDs
}
