namespace Eden.Shared;

/// <summary>Finds the place that a path means, so that whatever is made beside it lies on the same volume, and everybody who means it by another path
/// meets at the same locks.</summary>
internal static class RealPath
{
    // As many as Linux itself follows.
    private const int MaxLinks = 40;

    /// <summary>Follows every symbolic link on the way, also where the end of the path is not there yet.</summary>
    /// <exception cref="IOException">The links go round in a circle.</exception>
    public static string Of(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var real = Path.GetPathRoot(full)!;
        var ahead = new Stack<string>();
        Push(full[real.Length..]);
        var links = 0;
        while (ahead.TryPop(out var segment))
        {
            if (segment == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, segment);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException($"The symbolic links at '{path}' go round in a circle.");
            }

            if (Path.IsPathRooted(target))
            {
                real = Path.GetPathRoot(target)!;
                target = target[real.Length..];
            }

            Push(target);
        }

        return real;

        void Push(string segments)
        {
            foreach (var segment in segments.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                if (segment != ".")
                {
                    ahead.Push(segment);
                }
            }
        }
    }
}
