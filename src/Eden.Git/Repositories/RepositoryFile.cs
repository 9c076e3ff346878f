using Eden.Shared;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Repositories;

/// <summary>Opens the files of repositories that somebody else has made. Pipes, sockets and devices are refused before they are opened: opening some waits for ever, and
/// reading others never ends.</summary>
internal static class RepositoryFile
{
    // What git and libgit2 read of a repository's own directory, beside refs and objects.
    private static readonly string[] s_ownFiles = ["HEAD", "config", "config.worktree", "packed-refs", "shallow", "commondir", "gitdir", "FETCH_HEAD"];

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Opens a file for reading at any place.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no directory for it.</exception>
    /// <exception cref="GitException">There is something else.</exception>
    public static SafeFileHandle Open(string path)
    {
        RefuseSpecial(path);
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Opens a file for reading from start to end, unbuffered.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no directory for it.</exception>
    /// <exception cref="GitException">There is something else.</exception>
    public static FileStream OpenStream(string path)
    {
        RefuseSpecial(path);
        return new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        });
    }

    /// <summary>Reads a whole text file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no directory for it.</exception>
    /// <exception cref="GitException">There is something else.</exception>
    public static string ReadText(string path)
    {
        RefuseSpecial(path);
        return File.ReadAllText(path);
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no directory for it.</exception>
    /// <exception cref="GitException">There is something else.</exception>
    public static byte[] ReadBytes(string path)
    {
        RefuseSpecial(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Looks at every file of a bare repository that libgit2 may open: it would wait for a pipe.</summary>
    /// <exception cref="GitException">There is a pipe, a socket or a device among them.</exception>
    public static void RefuseSpecialIn(string repository, CancellationToken cancellationToken)
    {
        foreach (var name in s_ownFiles)
        {
            RefuseSpecial(Path.Combine(repository, name));
        }

        var folders = new Stack<string>([Path.Combine(repository, "refs"), Path.Combine(repository, "objects")]);
        while (folders.TryPop(out var folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Directory.Exists(folder))
            {
                continue;
            }

            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", s_everything))
            {
                if (entry is DirectoryInfo && entry.LinkTarget is null)
                {
                    folders.Push(entry.FullName);
                }
                else
                {
                    RefuseSpecial(entry.FullName);
                }
            }
        }
    }

    private static void RefuseSpecial(string path)
    {
        if (SpecialFile.IsAt(path))
        {
            throw new GitException($"\"{path}\" is a pipe, a socket or a device, not a file of a repository.");
        }
    }
}
