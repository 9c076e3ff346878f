using Eden.Checkpoint.Storage;

namespace Eden.Checkpoint.Git.Bundle;

/// <summary>Where a repository is to be that was made elsewhere on the same volume: a path that it is renamed to, or a folder that something is mounted at, which
/// cannot be renamed over and is filled instead. Not thread-safe.</summary>
internal sealed class RepositoryPlace
{
    private readonly string _parent;
    private readonly bool _isMountPoint;
    private bool _hadEmptyFolder;

    /// <summary>Finds the place that a path means; symbolic links are followed.</summary>
    public RepositoryPlace(string path)
    {
        Path = RealPath.Of(path);
        _parent = System.IO.Path.GetDirectoryName(Path) ?? throw new ArgumentException("A repository cannot be the root of the file system.", nameof(path));
        _isMountPoint = FileStatus.IsMountPoint(Path);
    }

    /// <summary>Gets the full path, without symbolic links.</summary>
    public string Path { get; }

    /// <summary>Gets the folder in which the repository is made before it is moved here.</summary>
    public string StagingParent => _isMountPoint ? Path : _parent;

    /// <summary>Gets a value indicating whether there is nothing, or a folder with nothing in it but what a file system or we keep there.</summary>
    public bool IsFree => !File.Exists(Path) && (!Directory.Exists(Path) || !Entries().Any());

    /// <summary>Moves a repository here. <c>HEAD</c> comes last: no program takes an unfinished one for a repository.</summary>
    /// <param name="repository">The repository, in a folder below <see cref="StagingParent"/>.</param>
    /// <param name="mark">A file of it that comes first, if there is one.</param>
    public void Take(string repository, string? mark = null)
    {
        if (_isMountPoint)
        {
            if (!IsFree)
            {
                throw new IOException($"There is something at {Path} by now.");
            }

            Move(repository, Path, Order(Directory.GetFileSystemEntries(repository), mark));
            return;
        }

        if (Directory.Exists(Path))
        {
            // Only an empty one goes away here: whatever came in the meantime stays, and this fails.
            Directory.Delete(Path, recursive: false);
            _hadEmptyFolder = true;
        }

        Directory.Move(repository, Path);
    }

    /// <summary>Moves the repository back to where it was made; the place is as it was before.</summary>
    public void GiveBack(string repository, string? mark = null)
    {
        if (_isMountPoint)
        {
            Directory.CreateDirectory(repository);
            Move(Path, repository, Order(Entries(), mark).AsEnumerable().Reverse());
            return;
        }

        Directory.Move(Path, repository);
        if (_hadEmptyFolder)
        {
            Directory.CreateDirectory(Path);
            _hadEmptyFolder = false;
        }
    }

    /// <summary>Removes the repository that is here, the mark last.</summary>
    public void Clear(string mark)
    {
        if (!_isMountPoint)
        {
            Directory.Delete(Path, recursive: true);
            return;
        }

        foreach (var entry in Order(Entries(), mark).AsEnumerable().Reverse())
        {
            if (Directory.Exists(entry) && new FileInfo(entry).LinkTarget is null)
            {
                Directory.Delete(entry, recursive: true);
            }
            else
            {
                File.Delete(entry);
            }
        }
    }

    /// <summary>Lists what is in the folder. At a mount point, what the file system keeps there, the lock of syncs and private folders do not count.</summary>
    private IEnumerable<string> Entries()
        => Directory.EnumerateFileSystemEntries(Path).Where(entry => !_isMountPoint || !IsApart(System.IO.Path.GetFileName(entry)));

    private static bool IsApart(string name) => name is "lost+found" or "eden-sync-lock" || TemporaryDirectory.IsName(name);

    private static string[] Order(IEnumerable<string> entries, string? mark)
        => entries.OrderBy(entry => System.IO.Path.GetFileName(entry) is var name && name == mark ? 0 : name == "HEAD" ? 2 : 1).ToArray();

    private static void Move(string from, string to, IEnumerable<string> entries)
    {
        var moved = new Stack<string>();
        try
        {
            foreach (var name in entries.Select(entry => System.IO.Path.GetFileName(entry)))
            {
                Directory.Move(System.IO.Path.Combine(from, name), System.IO.Path.Combine(to, name));
                moved.Push(name);
            }
        }
        catch
        {
            while (moved.TryPop(out var name))
            {
                Directory.Move(System.IO.Path.Combine(to, name), System.IO.Path.Combine(from, name));
            }

            throw;
        }
    }
}
