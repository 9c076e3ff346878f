using System.Globalization;

namespace Eden.Checkpoint.Artifacts;

/// <summary>Opens a file that must lie under a directory, whatever links somebody put there.</summary>
internal static class GuardedFile
{
    /// <summary>Tells whether an absolute path without <c>..</c> lies below a directory.</summary>
    public static bool IsUnder(string root, string path)
    {
        var prefix = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal);
    }

    /// <summary>Opens a regular file.</summary>
    /// <param name="root">The directory; it may itself be reached by links.</param>
    /// <param name="path">The file, below the directory.</param>
    /// <param name="fault">Why there is no such file to open; <see langword="null"/> when it was opened.</param>
    /// <returns>The file, or <see langword="null"/>.</returns>
    public static Stream? Open(string root, string path, out string? fault)
    {
        fault = FindFault(root, path);
        if (fault is not null)
        {
            return null;
        }

        // Pipes and devices have no length, and opening a pipe would wait for a writer: what is empty is not opened at all.
        if (new FileInfo(path).Length == 0)
        {
            return new MemoryStream([], writable: false);
        }

        try
        {
            var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
            if (WasSwapped(file, root, path))
            {
                file.Dispose();
                fault = "it was replaced while it was opened";
                return null;
            }

            return file;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            fault = "it is not there";
            return null;
        }
    }

    private static string? FindFault(string root, string path)
    {
        var current = root;
        foreach (var segment in Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar))
        {
            current = Path.Combine(current, segment);
            var entry = new FileInfo(current);
            if (entry.LinkTarget is not null)
            {
                return "a link leads to it";
            }

            if (!entry.Exists && !Directory.Exists(current))
            {
                return "it is not there";
            }
        }

        return Directory.Exists(current) ? "it is a directory" : null;
    }

    /// <summary>Between the look at the path and the opening a component may have become a link: the kernel knows what was opened.</summary>
    private static bool WasSwapped(FileStream file, string root, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var descriptor = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}");
        var opened = new FileInfo(descriptor).LinkTarget;
        return opened is not null && opened != Path.Combine(RealPath(root), Path.GetRelativePath(root, path));
    }

    /// <summary>Resolves every link on the way to an existing directory.</summary>
    private static string RealPath(string directory)
    {
        var real = Path.GetPathRoot(directory)!;
        foreach (var segment in directory[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, segment);
            if (Directory.ResolveLinkTarget(real, returnFinalTarget: true) is { } target)
            {
                // The target's own path may lead through links again.
                real = RealPath(target.FullName);
            }
        }

        return real;
    }
}
