using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Git;
using Eden.Checkpoint.Git.Bundle;
using Eden.Checkpoint.Git.Sync;
using Eden.Checkpoint.Storage;

namespace Eden.Checkpoint.Import;

/// <summary>Brings the restored repository to its place together with the commit of the rows: restored whole beside its place, renamed just before
/// the commit, taken back when that fails. Not thread-safe.</summary>
/// <remarks>From the rename until the commit is known, a mark in the repository says whose import it belongs to. A process that dies in between
/// leaves the mark, and the next import into that path settles it: the store knows whether that import took place.</remarks>
internal sealed class RepositoryPlacement : IDisposable
{
    private const string MarkName = "eden-import-unfinished";

    private readonly RepositoryPlace _place;
    private readonly List<string> _madeParents = [];
    private TemporaryDirectory? _staging;
    private FileStream? _mark;
    private bool _isPlaced;

    public RepositoryPlacement(string path) => _place = new RepositoryPlace(path);

    /// <summary>Gets the full path of the repository, without symbolic links: what is beside it must be on the same volume.</summary>
    public string Path => _place.Path;

    /// <summary>Gets where the repository is now: beside its place, or in it.</summary>
    public string Current => _isPlaced || _staging is null ? Path : Staged;

    private bool IsMarked => File.Exists(MarkIn(Path)) && !SpecialFile.IsAt(MarkIn(Path));

    private string Staged => _staging!.File("repository");

    /// <summary>Refuses a path that has something of somebody else.</summary>
    /// <exception cref="IOException">It has.</exception>
    public void RefuseOccupied()
    {
        if (IsOccupied)
        {
            throw new IOException($"There is something at {Path} already; a repository is restored to a new or empty directory.");
        }
    }

    /// <summary>Gets a value indicating whether there is something at the path that is not the leftover of an interrupted import.</summary>
    public bool IsOccupied => !IsMarked && !_place.IsFree;

    /// <summary>Gets a value indicating whether the repository is restored, beside its place or in it.</summary>
    public bool IsStaged { get; private set; }

    /// <summary>Restores the bundle beside the repository's place, in the pass that checks all of it.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="options">Limits and places.</param>
    /// <param name="accept">Looks at the bundle before the repository is made of it.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    public async Task StageAsync(
        RepoBundle bundle, CheckpointImportOptions options, Func<BundleInspection, Task<bool>> accept, CancellationToken cancellationToken)
    {
        using var activity = CheckpointTelemetry.Source.StartActivity("eden.checkpoint.import.restore");
        MakeParents();
        _staging = TemporaryDirectory.Create(_place.StagingParent);
        var restored = await BundleRestorer.RestoreAsync(
            bundle,
            Staged,
            new GitBundleRestoreOptions { Limits = options.Limits, TemporaryDirectory = options.TemporaryDirectory, Progress = options.Progress },
            accept,
            cancellationToken).ConfigureAwait(false);
        IsStaged = restored is not null;
        if (IsStaged && options.RemoteUrl is { } remote)
        {
            // Before the commit: from then on nobody may take what the remote has for the experiment until the push is finished.
            PendingPush.Write(Staged, RemoteAddress.Parse(remote));
        }
    }

    /// <summary>Renames the repository into its place. Called while the transaction holds off every other import, just before its commit.</summary>
    /// <returns>Whether the leftover of an import that did not take place was in the way.</returns>
    public bool Place(ImportProvenance provenance)
    {
        var isLeftover = TryRemoveLeftover();
        using (var mark = new FileStream(MarkIn(Staged), FileMode.Create, FileAccess.Write))
        {
            mark.Write(provenance.ToUtf8Json());
            mark.Flush(flushToDisk: true);
        }

        _place.Take(Staged, MarkName);
        _isPlaced = true;
        _mark = Hold(MarkIn(Path));
        DirectoryFlush.Flush(_place.StagingParent);
        return isLeftover;
    }

    /// <summary>Takes the repository back beside its place, for another attempt.</summary>
    public void Withdraw()
    {
        if (_isPlaced)
        {
            ReleaseMark();
            _place.GiveBack(Staged, MarkName);
            _isPlaced = false;
        }
    }

    /// <summary>The rows are committed: the repository stays.</summary>
    public void Complete()
    {
        if (_isPlaced)
        {
            ReleaseMark();
            File.Delete(MarkIn(Path));
            _isPlaced = false;
            _madeParents.Clear();
        }
    }

    /// <summary>Nobody knows whether the rows are committed: the repository stays with its mark.</summary>
    public void LeaveUnfinished()
    {
        ReleaseMark();
        _isPlaced = false;
        _madeParents.Clear();
    }

    /// <summary>Settles the leftover of an interrupted import that, as the store says, did take place.</summary>
    public void FinishEarlier(ImportProvenance? importedFrom)
    {
        var mark = MarkIn(Path);
        if (IsMarked && ImportProvenance.Parse(File.ReadAllText(mark)) is { } marked && marked.IsSameArchive(importedFrom))
        {
            Hold(mark).Dispose();
            File.Delete(mark);
        }
    }

    /// <summary>Removes whatever is not completed; afterwards the path is as it was before.</summary>
    public void Dispose()
    {
        ReleaseMark();
        if (_isPlaced)
        {
            _isPlaced = false;
            _place.GiveBack(Staged, MarkName);
        }

        _staging?.Dispose();
        _staging = null;
        for (var index = _madeParents.Count - 1; index >= 0; index--)
        {
            if (Directory.Exists(_madeParents[index]) && !Directory.EnumerateFileSystemEntries(_madeParents[index]).Any())
            {
                Directory.Delete(_madeParents[index], recursive: false);
            }
        }

        _madeParents.Clear();
    }

    private static string MarkIn(string repository) => System.IO.Path.Combine(repository, MarkName);

    /// <summary>Opens a mark for this process alone: whoever holds it is still at work.</summary>
    private static FileStream Hold(string mark) => new(mark, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    private bool TryRemoveLeftover()
    {
        if (!IsMarked)
        {
            return false;
        }

        using (Hold(MarkIn(Path)))
        {
            _place.Clear(MarkName);
        }

        return true;
    }

    private void ReleaseMark()
    {
        _mark?.Dispose();
        _mark = null;
    }

    private void MakeParents()
    {
        var missing = new Stack<string>();
        for (var directory = _place.StagingParent; directory is not null && !Directory.Exists(directory); directory = System.IO.Path.GetDirectoryName(directory))
        {
            missing.Push(directory);
        }

        foreach (var directory in missing)
        {
            Directory.CreateDirectory(directory);
            _madeParents.Add(directory);
        }
    }
}
