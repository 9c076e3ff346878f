using System.Text;
using Eden.Git.Bundles;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Eden.Shared;

namespace Eden.Git;

/// <summary>A restore whose bundle is checked and whose repository is not there yet. Committed or disposed by whoever asked for it. Not thread-safe.</summary>
/// <remarks>The pack is written in the pass that checks it; index, refs, HEAD and config follow with the commit.</remarks>
public sealed class GitStagedRestore : IAsyncDisposable
{
    private const string PackName = "pack.incoming";

    private readonly RepositoryPlace _place;
    private readonly TemporaryDirectory _aside;
    private readonly FileStream _pack;
    private bool _isCommitted;
    private bool _isDisposed;

    private GitStagedRestore(RepositoryPlace place, TemporaryDirectory aside, FileStream pack, GitBundleInspection inspection)
    {
        _place = place;
        _aside = aside;
        _pack = pack;
        Inspection = inspection;
    }

    /// <summary>Gets what the check of the bundle found.</summary>
    public GitBundleInspection Inspection { get; }

    /// <summary>Makes the repository and moves it to its place.</summary>
    /// <param name="cancellationToken">Observed until the repository is whole.</param>
    /// <returns>What was made. Whatever fails, nothing is at the place.</returns>
    /// <exception cref="GitDamagedException">The bundle is not whole.</exception>
    /// <exception cref="InvalidOperationException">It was committed already.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    /// <exception cref="IOException">There is something at the place by now, or the disk failed.</exception>
    public async Task<GitBundleRestoreResult> CommitAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_isCommitted)
        {
            throw new InvalidOperationException("The restore was committed already.");
        }

        Inspection.ThrowIfDamaged();
        _isCommitted = true;
        var repository = RepositoryIn(_aside);
        var packs = PacksIn(repository);

        // The disk takes the pack while the index is sorted and written.
        var flush = Task.Run(() => _pack.Flush(flushToDisk: true), CancellationToken.None);
        var header = Inspection.Header!;
        var head = PackedRefsWriter.ChooseHead(header.RefLines);
        var refs = Task.Run(
            () =>
            {
                PackedRefsWriter.Write(Path.Combine(repository, "packed-refs"), header.RefLines, Inspection.Pack!, cancellationToken);
                FlushedFile.Write(Path.Combine(repository, "HEAD"), RefText.Encode(head.StartsWith("refs/", StringComparison.Ordinal) ? $"ref: {head}\n" : $"{head}\n"));
                FlushedFile.Write(Path.Combine(repository, "config"), Config(header.ObjectFormat));
            },
            CancellationToken.None);
        var objects = Task.Run(() => PackPlacement.Place(Path.Combine(packs, PackName), packs, Inspection.Pack!, Inspection.PackChecksum, cancellationToken), CancellationToken.None);
        await Task.WhenAll(flush, refs, objects).ConfigureAwait(false);
        await _pack.DisposeAsync().ConfigureAwait(false);
        DirectoryFlush.Flush(packs);
        DirectoryFlush.Flush(repository);

        cancellationToken.ThrowIfCancellationRequested();
        _place.Take(repository);
        DirectoryFlush.Flush(_place.StagingParent);
        return new GitBundleRestoreResult
        {
            RepositoryPath = _place.Path,
            ObjectFormat = header.ObjectFormat,
            Head = RefText.Show(head),
            RefCount = PackedRefsWriter.Count(header.RefLines),
            ObjectCount = Inspection.ObjectCount,
            ReachableCommitCount = Inspection.ReachableCommitCount,
            Warnings = Inspection.Warnings,
        };
    }

    /// <summary>Removes what was not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        try
        {
            await _pack.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _aside.Dispose();
        }
    }

    /// <summary>Checks the bundle and copies its pack.</summary>
    internal static async Task<GitStagedRestore> StageAsync(
        string bundlePath, RepositoryPlace place, GitBundleRestoreOptions options, CancellationToken cancellationToken)
    {
        if (!place.IsFree)
        {
            throw new IOException($"There is something at {place.Path} already; a bundle is restored to a new or empty directory.");
        }

        Directory.CreateDirectory(place.StagingParent);

        // Built in a private directory beside its place, so that the last step is a rename and a failure leaves nothing.
        var aside = TemporaryDirectory.Create(place.StagingParent);
        FileStream? pack = null;
        try
        {
            var repository = RepositoryIn(aside);
            foreach (var directory in (string[])[PacksIn(repository), Path.Combine(repository, "objects", "info"), Path.Combine(repository, "refs", "heads"), Path.Combine(repository, "refs", "tags")])
            {
                Directory.CreateDirectory(directory);
            }

            pack = new FileStream(Path.Combine(PacksIn(repository), PackName), FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, 1);
            var inspection = await BundleInspector.InspectAsync(
                bundlePath, GitVerification.Objects, options.Limits, options.TemporaryDirectory, pack, options.Progress, cancellationToken).ConfigureAwait(false);
            return new GitStagedRestore(place, aside, pack, inspection);
        }
        catch
        {
            if (pack is not null)
            {
                await pack.DisposeAsync().ConfigureAwait(false);
            }

            aside.Dispose();
            throw;
        }
    }

    private static string RepositoryIn(TemporaryDirectory aside) => aside.File("repository");

    private static string PacksIn(string repository) => Path.Combine(repository, "objects", "pack");

    private static string Config(GitObjectFormat format)
    {
        var text = new StringBuilder("[core]\n");
        text.Append("\trepositoryformatversion = ").Append(format == GitObjectFormat.Sha1 ? '0' : '1').Append('\n');
        text.Append("\tfilemode = ").Append(OperatingSystem.IsWindows() ? "false" : "true").Append("\n\tbare = true\n");
        if (format == GitObjectFormat.Sha256)
        {
            text.Append("[extensions]\n\tobjectformat = sha256\n");
        }

        return text.ToString();
    }
}
