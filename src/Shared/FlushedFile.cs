using Eden.Git.Sync;
using System.Text;

namespace Eden.Shared;

/// <summary>Writes a repository's small files so that a crash of the machine leaves the old content or the new, never an empty file.</summary>
internal static class FlushedFile
{
    /// <summary>Writes a file that nobody reads yet, and forces it to disk.</summary>
    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    /// <inheritdoc cref="Write(string, string)"/>
    public static void Write(string path, ReadOnlySpan<byte> content) => Write(path, content, FileMode.Create);

    /// <inheritdoc cref="Replace(string, ReadOnlySpan{byte})"/>
    public static void Replace(string path, string content) => Replace(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Puts new content in the place of a file, by git's own lock file.</summary>
    /// <exception cref="IOException">Somebody holds the lock, or the disk failed.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var locked = path + ".lock";
        Write(locked, content, FileMode.CreateNew);
        File.Move(locked, path, overwrite: true);
    }

    private static void Write(string path, ReadOnlySpan<byte> content, FileMode mode)
    {
        using var file = new FileStream(path, mode, FileAccess.Write, FileShare.None);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }
}
