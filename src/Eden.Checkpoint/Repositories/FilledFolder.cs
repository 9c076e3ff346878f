using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Import;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Repositories;
using Eden.Shared;

namespace Eden.Checkpoint.Repositories;

/// <summary>Puts a repository into a folder that is there already, and takes it out again. The folder itself stays: it may be a mount point, which cannot be renamed.</summary>
/// <param name="folder">The folder.</param>
/// <param name="source">The repository, on the same volume.</param>
internal sealed class FilledFolder(string folder, string source) : IDisposable
{
    private const string Head = "HEAD";

    private readonly List<string> _setAside = [];
    private readonly List<string> _broughtIn = [];
    private FileStream? _mark;

    private string Replaced => Path.Combine(folder, UnfinishedImport.ReplacedName);

    private string Returning => Path.Combine(folder, UnfinishedImport.ReturningName);

    /// <summary>Lists what belongs to a repository in a folder; <c>HEAD</c> is the last, so that no program takes a part of one for a repository.</summary>
    public static IReadOnlyList<string> Entries(string folder)
        => [.. Directory.EnumerateFileSystemEntries(folder).Where(entry => !IsKept(Path.GetFileName(entry))).OrderBy(entry => Path.GetFileName(entry) == Head)];

    /// <summary>Tells whether a name in a folder has nothing to do with a repository: of a file system, of locks, and of what is being prepared there.</summary>
    public static bool IsKept(string name)
        => FolderContent.IsKept(name) || UnfinishedImport.IsOwnName(name);

    /// <summary>Sets aside what is there and brings the repository in. When that fails, everything is as before.</summary>
    /// <param name="provenance">Whose repository it is, for the mark that the folder has from now on.</param>
    public void Fill(ImportProvenance provenance)
    {
        Directory.CreateDirectory(Returning);
        try
        {
            _mark = UnfinishedImport.Mark(folder, provenance);
            foreach (var entry in Entries(folder).Reverse())
            {
                Move(entry, Returning, _setAside);
            }

            Directory.Move(Returning, Replaced);
            foreach (var entry in Entries(source))
            {
                Move(entry, folder, _broughtIn);
            }
        }
        catch
        {
            Empty();
            throw;
        }
    }

    /// <summary>Takes the repository out again and brings back what was there.</summary>
    public void Empty()
    {
        MoveBack(_broughtIn, folder, source);
        if (Directory.Exists(Replaced))
        {
            Directory.Move(Replaced, Returning);
        }

        MoveBack(_setAside, Returning, folder);
        Directory.Delete(Returning, recursive: false);
        Dispose();
        UnfinishedImport.Unmark(folder);
    }

    /// <summary>Lets go of the mark, which stays.</summary>
    public void Dispose()
    {
        _mark?.Dispose();
        _mark = null;
    }

    private static void Move(string entry, string to, List<string> moved)
    {
        var name = Path.GetFileName(entry);
        Directory.Move(entry, Path.Combine(to, name));
        moved.Add(name);
    }

    private static void MoveBack(List<string> moved, string from, string to)
    {
        for (var index = moved.Count - 1; index >= 0; index--)
        {
            Directory.Move(Path.Combine(from, moved[index]), Path.Combine(to, moved[index]));
            moved.RemoveAt(index);
        }
    }
}
