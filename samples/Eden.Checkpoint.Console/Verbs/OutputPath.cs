namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Checks where a verb is to write before it does any work.</summary>
internal static class OutputPath
{
    /// <summary>Returns the full path.</summary>
    /// <exception cref="UsageException">It is a directory, or in one that does not exist.</exception>
    public static string Check(string path, string name)
    {
        if (path.Length == 0)
        {
            throw new UsageException($"{name} is empty.");
        }

        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new UsageException($"{name} is a directory: {path}");
        }

        return Directory.Exists(Path.GetDirectoryName(full))
            ? full
            : throw new UsageException($"{name} is in a directory that does not exist: {path}");
    }

    /// <summary>Runs what writes there. What the library does not replace, a device for example, is a usage mistake.</summary>
    public static async Task<T> WriteAsync<T>(string name, Func<Task<T>> write)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (ArgumentException refused) when (refused.ParamName is "archivePath" or "bundlePath")
        {
            throw new UsageException($"{name}: {new UsageException(refused).Message}");
        }
    }
}
