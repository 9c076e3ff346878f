using Eden.Git.Sync;
using Eden.Shared;

namespace Eden.Git.Bundles;

/// <summary>Where a repository is to be that was made elsewhere on the same volume: a path that it is renamed to, or a folder that something is mounted at, which
/// cannot be renamed over and is filled instead. Not thread-safe.</summary>
internal sealed class RepositoryPlace
{
    private readonly string _parent;
    private readonly bool _isMountPoint;

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
    public void Take(string repository)
    {
        if (_isMountPoint)
        {
            if (!IsFree)
            {
                throw new IOException($"There is something at {Path} by now.");
            }

            Move(repository, Path, Order(Directory.GetFileSystemEntries(repository)));
            return;
        }

        if (Directory.Exists(Path))
        {
            // Only an empty one goes away here: whatever came in the meantime stays, and this fails.
            Directory.Delete(Path, recursive: false);
        }

        Directory.Move(repository, Path);
    }

    /// <summary>Lists what is in the folder. At a mount point, what the file system keeps there, the lock of syncs and private folders do not count.</summary>
    private IEnumerable<string> Entries()
        => Directory.EnumerateFileSystemEntries(Path).Where(entry => !_isMountPoint || !FolderContent.IsKept(System.IO.Path.GetFileName(entry)));

    private static IEnumerable<string> Order(string[] entries) => entries.OrderBy(entry => System.IO.Path.GetFileName(entry) == "HEAD");

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
