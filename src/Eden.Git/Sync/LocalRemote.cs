using Eden.Git.Objects;
using Eden.Git.Remotes;
using Eden.Git.Repositories;

namespace Eden.Git.Sync;

/// <summary>A remote on this machine, as it is copied from: a bare repository of our own that borrows the remote's objects and has refs to the objects that its own named at one moment.</summary>
/// <remarks>So what is listed is what is copied, whatever becomes of the remote's refs meanwhile.</remarks>
internal sealed class LocalRemote : IDisposable
{
    private const string SymbolicPrefix = "ref: ";
    private readonly StagingRepository _standIn;

    private LocalRemote(StagingRepository standIn, RemoteListing listing)
    {
        _standIn = standIn;
        Listing = listing;
    }

    /// <summary>Gets the path of the stand-in.</summary>
    public string Path => _standIn.Path;

    public RemoteListing Listing { get; }

    /// <summary>Reads the remote's refs and makes the stand-in.</summary>
    /// <param name="remote">The remote.</param>
    /// <param name="place">Where the stand-in is made; nothing is there.</param>
    /// <param name="cancellationToken">Observed while refs are read.</param>
    /// <exception cref="GitException">There is no repository that can be read, or one whose objects a clone cannot hold.</exception>
    public static LocalRemote Open(GitRemoteAddress remote, string place, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(remote.Text))
        {
            // It may be on a volume that is mounted later.
            throw new GitRemoteUnavailableException($"The remote '{remote}' is not there.");
        }

        RemoteListing listing;
        IReadOnlyList<string> objects;
        try
        {
            var layout = RepositoryLayout.Open(remote.Text);
            RepositoryFile.RefuseSpecialIn(layout.CommonDirectory, cancellationToken);
            if (layout.Format != GitObjectFormat.Sha1)
            {
                throw new GitUnsupportedException($"The remote '{remote}' names objects by {layout.Format.ConfigName()}, which a sync cannot handle.");
            }

            objects = layout.FindObjectDirectories();
            listing = Read(layout, cancellationToken);
        }
        catch (GitDamagedException fault)
        {
            // The remote's damage, not the clone's.
            throw new GitException($"The remote '{remote}' cannot be read: {fault.Message}", fault);
        }

        var standIn = StagingRepository.Create(place, objects);
        try
        {
            standIn.WriteRefs(Advertisement.Numbered(listing.Refs.Values));
            return new LocalRemote(standIn, listing);
        }
        catch
        {
            standIn.Dispose();
            throw;
        }
    }

    public void Dispose() => _standIn.Dispose();

    private static RemoteListing Read(RepositoryLayout layout, CancellationToken cancellationToken)
    {
        var refs = new Dictionary<string, string>(StringComparer.Ordinal);
        string? headCommit = null;
        foreach (var tip in RefSnapshot.Read(layout, cancellationToken).Tips)
        {
            if (tip.Name.StartsWith("refs/", StringComparison.Ordinal))
            {
                refs[tip.Name] = tip.Target.ToHex(layout.Format);
            }
            else if (tip.Name == "HEAD")
            {
                headCommit = tip.Target.ToHex(layout.Format);
            }
        }

        var head = RefText.Decode(RepositoryFile.ReadBytes(System.IO.Path.Combine(layout.GitDirectory, "HEAD"))).TrimEnd();
        var branch = head.StartsWith(SymbolicPrefix, StringComparison.Ordinal) ? head[SymbolicPrefix.Length..].Trim() : null;
        return new RemoteListing(refs, branch is not null && branch.StartsWith("refs/", StringComparison.Ordinal) ? branch : null, headCommit, 0);
    }
}
