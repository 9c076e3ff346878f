using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Model;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Repositories;

/// <summary>Brings the restored repository to its place together with the commit of the rows: restored whole beside its place, brought there just before
/// the commit, taken back when that fails. A clone of ours that is there is set aside, and comes back when the import fails. Not thread-safe.</summary>
/// <remarks>From then until the commit is known, a mark in the repository says whose import it belongs to (<see cref="UnfinishedImport"/>). A process that dies in between
/// leaves the mark, and the next import into that path settles it: the store knows whether that import took place.</remarks>
internal sealed class RepositoryPlacement : IDisposable
{
    private readonly string _path;
    private readonly string _parent;
    private readonly GitRemoteAddress? _remote;
    private readonly List<string> _madeParents = [];
    private TemporaryDirectory? _staging;
    private IAsyncDisposable? _held;
    private FileStream? _mark;
    private FilledFolder? _filled;
    private bool _isPlaced;

    /// <summary>Creates a comparison source; nothing is read.</summary>
    /// <param name="path">The place.</param>
    /// <param name="remote">The remote of record, whose clone may be replaced; <see langword="null"/> when there is none.</param>
    public RepositoryPlacement(string path, string? remote)
    {
        try
        {
            _path = RealPath.Of(path);
        }
        catch (IOException circle)
        {
            throw new ExperimentIdConflictException($"The repository path of this receiver leads nowhere: {circle.Message}", circle);
        }

        _parent = System.IO.Path.GetDirectoryName(_path) ?? throw new ArgumentException("A repository cannot be the root of the file system.", nameof(path));
        _remote = remote is null ? null : GitRemoteAddress.Parse(remote);
    }

    /// <summary>Gets the full path of the repository, without symbolic links: what is beside it must be on the same volume.</summary>
    public string Path => _path;

    /// <summary>Gets a value indicating whether there is something of somebody else's at the path.</summary>
    public bool IsTaken => Look().Kind == RepositorySite.Standing.Taken;

    /// <summary>Gets a value indicating whether the repository is restored, beside its place or in it.</summary>
    public bool IsStaged { get; private set; }

    private string Staged => _staging!.File("repository");

    /// <summary>Refuses a path that has something of somebody else's.</summary>
    /// <exception cref="ExperimentIdConflictException">It has.</exception>
    public void RefuseTaken() => Refuse(Look());

    /// <summary>Checks all of a bundle and copies its pack, beside the repository's place. The caller looks at what was found, then keeps what was staged
    /// (<see cref="KeepAsync"/>) or only disposes it.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="options">The limits to apply, and the like.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    public Task<GitStagedRestore> StageAsync(RepoBundle bundle, GitBundleRestoreOptions options, CancellationToken cancellationToken)
    {
        MakeParents();
        _staging = MakeStaging();
        return GitBundle.StageRestoreAsync(bundle.FilePath!, Staged, options, cancellationToken);
    }

    /// <summary>Makes the repository of what was staged, still beside its place.</summary>
    public async Task KeepAsync(GitStagedRestore staged, CancellationToken cancellationToken)
    {
        await staged.CommitAsync(cancellationToken).ConfigureAwait(false);
        IsStaged = true;
        if (_remote is not null)
        {
            // Before the commit of the rows: from then on nobody may take what the remote has for the experiment until the push is finished.
            GitPush.MarkPending(Staged, _remote);
        }
    }

    /// <summary>Waits until no sync works at the path, and holds them off until <see cref="LetSyncsGoOnAsync"/>. Where nobody has ever synced there, nobody is waited for.</summary>
    /// <remarks>Before the transaction: a sync may take long, and the store must not wait for it.</remarks>
    public async Task HoldOffSyncsAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (_held is null && (LocalClone.WasSynced(_path) || Look().Kind == RepositorySite.Standing.Clone))
        {
            _held = await LocalClone.HoldOffSyncsAsync(_path, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task LetSyncsGoOnAsync()
    {
        if (_held is { } held)
        {
            _held = null;
            await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Brings the repository to its place. Called while the transaction holds off every other import, just before its commit.</summary>
    /// <returns>What was there before.</returns>
    /// <exception cref="ExperimentIdConflictException">There is something of somebody else's.</exception>
    /// <exception cref="StoreContentionException">A sync has begun there in the meantime.</exception>
    public RepositorySite.Standing Place(ImportProvenance provenance)
    {
        var found = Look();
        var site = found;
        if (found.Kind == RepositorySite.Standing.Unfinished)
        {
            Refuse(UnfinishedImport.TryUndo(_path) ? site = Look() : new RepositorySite(RepositorySite.Standing.Taken, "another import at work"));
        }

        Refuse(site);
        if (site.Kind == RepositorySite.Standing.Clone && _held is null)
        {
            throw new StoreContentionException("A sync has made a clone at the repository's place in the meantime.");
        }

        if (site.Kind == RepositorySite.Standing.Free)
        {
            RenameIntoPlace(provenance);
        }
        else
        {
            _filled = new FilledFolder(_path, Staged);
            _filled.Fill(provenance);
        }

        _isPlaced = true;
        DirectoryFlush.Flush(site.Kind == RepositorySite.Standing.Free ? _parent : _path);
        return found.Kind;
    }

    /// <summary>Takes the repository back beside its place, for another attempt; what was there before is there again.</summary>
    public void Withdraw()
    {
        if (!_isPlaced)
        {
            return;
        }

        _isPlaced = false;
        if (_filled is not null)
        {
            _filled.Empty();
            _filled = null;
        }
        else
        {
            ReleaseMark();
            Directory.Move(_path, Staged);
        }
    }

    /// <summary>The rows are committed: the repository stays, and what was there before goes.</summary>
    public void Complete()
    {
        if (_isPlaced)
        {
            ReleaseMark();
            UnfinishedImport.Finish(_path);
            Forget();
        }
    }

    /// <summary>Nobody knows whether the rows are committed: the repository stays with its mark.</summary>
    public void LeaveUnfinished()
    {
        ReleaseMark();
        Forget();
    }

    /// <summary>Settles the leftover of an interrupted import that, as the store says, did take place.</summary>
    public void FinishEarlier(ImportProvenance? importedFrom) => UnfinishedImport.TryFinish(_path, importedFrom);

    /// <summary>Removes whatever is not completed; afterwards the path is as it was before.</summary>
    public void Dispose()
    {
        try
        {
            Withdraw();
        }
        finally
        {
            ReleaseMark();
            _staging?.Dispose();
            _staging = null;
            RemoveParents();
        }
    }

    private RepositorySite Look() => RepositorySite.At(_path, _remote);

    private void Refuse(RepositorySite site)
    {
        if (site.Kind == RepositorySite.Standing.Taken)
        {
            throw new ExperimentIdConflictException(
                $"The repository cannot be restored at '{_path}', the repository path of this receiver: there is {site.Occupant}. Only a clone of the remote of record is replaced. "
                + "Move away what is there, or give the import another repository path; nothing was imported.");
        }
    }

    private void RenameIntoPlace(ImportProvenance provenance)
    {
        UnfinishedImport.Mark(Staged, provenance).Dispose();
        try
        {
            Directory.Move(Staged, _path);
        }
        catch (IOException taken) when (Directory.Exists(_path))
        {
            throw new StoreContentionException("Something was put at the repository's place in the meantime.", taken);
        }

        _mark = UnfinishedImport.TryHold(_path);
    }

    private void ReleaseMark()
    {
        _mark?.Dispose();
        _mark = null;
        _filled?.Dispose();
        _filled = null;
    }

    private void Forget()
    {
        _isPlaced = false;
        _madeParents.Clear();
    }

    /// <summary>Makes the directory for the repository beside its place; inside of it where the place is a volume of its own, or where nothing may be made beside it.</summary>
    private TemporaryDirectory MakeStaging()
    {
        if (!Directory.Exists(_path))
        {
            return TemporaryDirectory.Create(_parent);
        }

        TemporaryDirectory? beside = null;
        try
        {
            beside = TemporaryDirectory.Create(_parent);
            var probe = TemporaryDirectory.NewName();
            Directory.CreateDirectory(beside.File(probe));
            Directory.Move(beside.File(probe), System.IO.Path.Combine(_path, probe));
            Directory.Delete(System.IO.Path.Combine(_path, probe), recursive: false);
            return beside;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            beside?.Dispose();
            return TemporaryDirectory.Create(_path);
        }
    }

    private void MakeParents()
    {
        var missing = new Stack<string>();
        for (var directory = _parent; directory is not null && !Directory.Exists(directory); directory = System.IO.Path.GetDirectoryName(directory))
        {
            missing.Push(directory);
        }

        foreach (var directory in missing)
        {
            Directory.CreateDirectory(directory);
            _madeParents.Add(directory);
        }
    }

    private void RemoveParents()
    {
        for (var index = _madeParents.Count - 1; index >= 0; index--)
        {
            if (Directory.Exists(_madeParents[index]) && !Directory.EnumerateFileSystemEntries(_madeParents[index]).Any())
            {
                Directory.Delete(_madeParents[index], recursive: false);
            }
        }

        _madeParents.Clear();
    }
}
