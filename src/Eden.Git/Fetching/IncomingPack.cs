using Eden.Git.Bundles;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Eden.Git.Remotes;
using Eden.Git.Repositories;
using Eden.Shared;

namespace Eden.Git.Fetching;

/// <summary>The pack of one fetch: stored and scanned while it arrives, then resolved, hashed and given its place. One sync's own.</summary>
/// <param name="packs">The folder of packs that it goes to.</param>
/// <param name="remote">Who sends it, for messages.</param>
/// <param name="progress">Told of the objects that have arrived, then of those that are resolved.</param>
/// <param name="cancellationToken">Observed at least once per buffer.</param>
internal sealed class IncomingPack(string packs, GitRemoteAddress remote, IProgress<GitProgress>? progress, CancellationToken cancellationToken) : IPackReceiver, IDisposable
{
    private const string PackName = "incoming.pack";
    private const int ReportEvery = 1000;
    private const GitObjectFormat Format = GitObjectFormat.Sha1;

    private readonly string _path = Path.Combine(packs, PackName);
    private FileStream? _file;
    private ArrivingPack? _arriving;
    private Task<PackEntries>? _scan;
    private Exception? _failure;
    private int _reported;

    /// <summary>Gets a value indicating whether the remote has sent all of the pack.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Gets a value indicating whether the pack was not taken to its end; <see cref="PlaceAsync"/> says why.</summary>
    public bool IsRefused => _failure is not null || _scan is { IsFaulted: true };

    /// <inheritdoc/>
    public bool TryReceive(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Begin().Append(bytes);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _failure = failure;
        }

        // What is damaged already need not arrive.
        return !IsRefused;
    }

    /// <inheritdoc/>
    public bool TryEnd()
    {
        try
        {
            Begin().End();
            IsEnded = true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _failure = failure;
        }

        return _failure is null;
    }

    /// <summary>Resolves and hashes every object of the pack, and gives the pack its place with its index.</summary>
    /// <param name="openBorrowed">Opens what is here already, on which deltas may rest; <see langword="null"/> for nothing.</param>
    /// <returns>How many objects the remote has sent.</returns>
    /// <exception cref="GitRemoteUnavailableException">The pack is damaged or was cut off.</exception>
    /// <exception cref="GitDamagedException">What is here already is damaged.</exception>
    /// <exception cref="GitException">The pack passes a limit.</exception>
    public async Task<long> PlaceAsync(Func<ObjectStore>? openBorrowed)
    {
        if (_failure is not null)
        {
            throw new IOException(CauseText.Of(_failure), _failure);
        }

        if (_arriving is null || _file is null || _scan is null)
        {
            return 0;
        }

        if (!IsEnded && !IsRefused)
        {
            throw new GitRemoteUnavailableException($"The remote '{remote}' did not send all of its pack.");
        }

        try
        {
            var entries = await _scan.ConfigureAwait(false);
            var (matches, checksum) = _arriving.Check();
            if (!matches)
            {
                throw new PackDamageException("the checksum at its end does not match its bytes");
            }

            var received = entries.Count;
            using var spill = new SpillFiles(packs);
            var resolver = new PackResolver(
                PackOf(_file), entries, Format, GitLimits.Default, ResolverScope.Everything, spill, Tell, openBorrowed is null ? 0 : entries.ReferenceDeltaCount);
            if (openBorrowed is null)
            {
                await resolver.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (await resolver.RunThinAsync(cancellationToken).ConfigureAwait(false) is { Count: > 0 } missing)
            {
                using var borrowed = openBorrowed();
                checksum = await CompleteAsync(resolver, borrowed, missing).ConfigureAwait(false);
            }

            await _file.DisposeAsync().ConfigureAwait(false);
            PackPlacement.Place(_path, packs, resolver, checksum, cancellationToken);
            return received;
        }
        catch (PackDamageException damage)
        {
            throw damage.Kind == GitFaultKind.Limit
                ? new GitException($"The remote '{remote}' sends a pack that cannot be taken: {damage.Message}.", damage)
                : new GitRemoteUnavailableException($"The remote '{remote}' sent a damaged pack: {damage.Message}.", damage);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _arriving?.Dispose();
        if (_scan is not null)
        {
            // Its thread reads the file.
            Task.WaitAny(_scan);
        }

        _file?.Dispose();
        File.Delete(_path);
    }

    private ArrivingPack Begin()
    {
        if (_arriving is null)
        {
            _file = TemporaryDirectory.CreateFile(_path, FileAccess.ReadWrite);
            _arriving = new ArrivingPack(_file.SafeFileHandle, Format, cancellationToken);

            // A thread of its own: it waits for the network.
            _scan = Task.Factory.StartNew(
                () => PackScanner.ScanArriving(_arriving, Format, GitLimits.Default, TellArrived, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        return _arriving;
    }

    private async Task<ObjectHash> CompleteAsync(PackResolver resolver, ObjectStore borrowed, HashSet<ObjectHash> missing)
    {
        try
        {
            var firstAdded = resolver.Entries.Count;
            using var completion = new ThinPackCompletion(borrowed, GitLimits.Default, packs, cancellationToken);
            var checksum = completion.Add(_file!, resolver.Entries, missing);
            await resolver.CompleteAsync(PackOf(_file!), firstAdded, cancellationToken).ConfigureAwait(false);
            return checksum;
        }
        catch (Exception damage) when (damage is PackDamageException or RepositoryChangedException)
        {
            // The remote was told what is here.
            throw new GitDamagedException($"The remote '{remote}' left out what the clone should have, but does not: {damage.Message}.", damage);
        }
    }

    private static PackFile PackOf(FileStream file) => new(file.SafeFileHandle, 0, RandomAccess.GetLength(file.SafeFileHandle), Format.HashLength());

    private void TellArrived(int done, int total)
    {
        if (progress is not null && done != _reported && (done - _reported >= ReportEvery || done == total))
        {
            _reported = done;
            progress.Report(new GitProgress(GitPhase.Fetch, done, total, remote.Text));
        }
    }

    private void Tell(int done, int total) => progress?.Report(new GitProgress(GitPhase.Fetch, done, total, "objects resolved"));
}
