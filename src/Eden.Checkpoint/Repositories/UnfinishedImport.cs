using System.Text.Json;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Import;
using Eden.Checkpoint.Model;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Repositories;

/// <summary>The mark of an import whose outcome is not known yet, in the repository that it brought, and what it set aside for that.</summary>
/// <remarks>The mark is made before the repository is in its place and goes away when the rows are known to be committed, or not. A process that dies in between leaves
/// it, and what was at the place before is in a folder beside it. Only the store can say what became of such an import: it says so to the next import, and to an export.</remarks>
internal static class UnfinishedImport
{
    /// <summary>The name of the mark, which has the import's provenance.</summary>
    public const string MarkName = LocalClone.ReservationFileName;

    /// <summary>The name of the folder with what was there before, once all of it is in there.</summary>
    public const string ReplacedName = "eden-import-replaced";

    /// <summary>The name of that folder while it is being filled, and while it is being emptied again: what is beside it was there before too.</summary>
    public const string ReturningName = "eden-import-returning";

    /// <summary>Tells whether there is a mark.</summary>
    public static bool IsAt(string repository) => File.Exists(MarkIn(repository)) && !SpecialFile.IsAt(MarkIn(repository));

    /// <summary>Writes the mark.</summary>
    /// <returns>The mark, held.</returns>
    public static FileStream Mark(string repository, ImportProvenance provenance)
    {
        var mark = new FileStream(MarkIn(repository), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        try
        {
            mark.Write(provenance.ToUtf8Json());
            mark.Flush(flushToDisk: true);
            return mark;
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    /// <summary>Opens a mark for this process alone: whoever holds it is still at work.</summary>
    /// <returns><see langword="null"/> when somebody else does.</returns>
    public static FileStream? TryHold(string repository)
    {
        try
        {
            return new FileStream(MarkIn(repository), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held) when (held is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    /// <summary>Settles an import that did take place, if it is this one: what it replaced goes away.</summary>
    /// <returns>Whether nothing is left to settle.</returns>
    public static bool TryFinish(string repository, ImportProvenance? importedFrom)
    {
        if (!IsAt(repository))
        {
            return true;
        }

        using var mark = TryHold(repository);
        if (mark is null || Read(mark) is not { } marked || !marked.IsSameArchive(importedFrom))
        {
            return false;
        }

        Finish(repository);
        return true;
    }

    /// <summary>Settles an import that took place.</summary>
    public static void Finish(string repository)
    {
        Delete(Path.Combine(repository, ReplacedName));
        File.Delete(MarkIn(repository));
    }

    /// <summary>Settles an import that did not take place: the folder has what it had before, and nothing else.</summary>
    /// <returns>Whether nobody is at work there.</returns>
    public static bool TryUndo(string repository)
    {
        using var mark = TryHold(repository);
        if (mark is null)
        {
            return false;
        }

        var returning = Path.Combine(repository, ReturningName);
        if (!Directory.Exists(returning))
        {
            foreach (var entry in FilledFolder.Entries(repository))
            {
                Delete(entry);
            }

            var replaced = Directory.CreateDirectory(Path.Combine(repository, ReplacedName));
            Directory.Move(replaced.FullName, returning);
        }

        foreach (var entry in FilledFolder.Entries(returning))
        {
            Directory.Move(entry, Path.Combine(repository, Path.GetFileName(entry)));
        }

        Directory.Delete(returning, recursive: false);
        File.Delete(MarkIn(repository));
        return true;
    }

    /// <summary>Tells whether a name is of what this class keeps in a repository.</summary>
    public static bool IsOwnName(ReadOnlySpan<char> name) => name is MarkName or ReplacedName or ReturningName;

    /// <summary>Removes the mark of an import that has taken everything back.</summary>
    public static void Unmark(string repository) => File.Delete(MarkIn(repository));

    private static string MarkIn(string repository) => Path.Combine(repository, MarkName);

    private static ImportProvenance? Read(FileStream mark)
    {
        try
        {
            using var text = new StreamReader(mark, leaveOpen: true);
            return ImportProvenance.Parse(text.ReadToEnd());
        }
        catch (JsonException)
        {
            // Its writer died.
            return null;
        }
    }

    private static void Delete(string entry)
    {
        FolderRemoval.Delete(entry);
        File.Delete(entry);
    }
}
