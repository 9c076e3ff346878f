namespace Eden.Checkpoint.ConsoleHost;

/// <summary>What the process ends with. Scripts depend on these numbers.</summary>
internal static class ExitCode
{
    /// <summary>Done, or everything looked at is valid.</summary>
    public const int Done = 0;

    /// <summary>An archive or bundle is invalid, a comparison found differences, or the target of an import is not empty.</summary>
    public const int Invalid = 1;

    /// <summary>The command line is wrong, or asks for an experiment or a format that is not there.</summary>
    public const int Usage = 2;

    /// <summary>A file, the remote, the database or the disk cannot be had; the same command may succeed later.</summary>
    public const int Unavailable = 3;

    /// <summary>Cancelled by a signal, as shells report it.</summary>
    public const int Cancelled = 130;
}
