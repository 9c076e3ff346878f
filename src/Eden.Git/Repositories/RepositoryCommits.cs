using System.Buffers.Text;
using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>Answers which commits exist in a repository, reachable or not, and which of them lead to which, from one listing. Not thread-safe.</summary>
internal sealed class RepositoryCommits : IDisposable
{
    private const int CacheBytes = 4 << 20;

    private readonly ObjectStore _store;
    private readonly ObjectReader _reader;

    private RepositoryCommits(ObjectStore store)
    {
        _store = store;
        _reader = new ObjectReader(store, GitLimits.Default.MaxObjectBytes, CacheBytes);
    }

    /// <summary>Lists the objects of the repository at a path.</summary>
    /// <exception cref="GitException">There is no readable repository.</exception>
    public static RepositoryCommits Open(string repositoryPath, CancellationToken cancellationToken)
        => new(ObjectStore.Open(RepositoryLayout.Open(repositoryPath), cancellationToken));

    /// <summary>Says whether the id names a commit of the repository. Ids of the other object format name none.</summary>
    public bool TryFindCommit(string hex)
    {
        try
        {
            return TryFind(hex, out var location) && _reader.KindOf(location) == ObjectKind.Commit;
        }
        catch (RepositoryChangedException)
        {
            return false; // a loose object that was deleted, or packed, since; making the bundle looks again
        }
    }

    /// <summary>Returns those of the ids that are commits of the repository, by what they say about their own time the newest first.</summary>
    /// <param name="ids">Names of objects in hex; what is no commit, or not there, is passed over.</param>
    /// <param name="most">How many to return at most.</param>
    /// <param name="cancellationToken">Observed at each object.</param>
    /// <exception cref="GitException">The repository is damaged.</exception>
    public List<string> FindNewest(IEnumerable<string> ids, int most, CancellationToken cancellationToken)
    {
        var found = new List<ObjectLocation>();
        foreach (var hex in ids)
        {
            if (TryFind(hex, out var location))
            {
                found.Add(location);
            }
        }

        // Quick in the order of the packs only.
        found.Sort();
        var newest = new PriorityQueue<ObjectLocation, long>();
        foreach (var location in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryReadTime(location, out var time))
            {
                newest.Enqueue(location, time);
                if (newest.Count > most)
                {
                    newest.Dequeue();
                }
            }
        }

        var commits = new List<string>(newest.Count);
        while (newest.TryDequeue(out var location, out _))
        {
            commits.Add(_store.Id(location).ToHex(_store.Format));
        }

        commits.Reverse();
        return commits;
    }

    /// <summary>Says whether the repository has an object of that name, of whatever kind.</summary>
    public bool Contains(string hex) => TryFind(hex, out _);

    /// <summary>Says whether a commit has another among its ancestors, or is it.</summary>
    /// <param name="from">The later commit's id in hex; what is no commit leads nowhere.</param>
    /// <param name="ancestor">The other's.</param>
    /// <param name="cancellationToken">Observed at each commit.</param>
    /// <exception cref="GitException">The repository is damaged.</exception>
    public bool LeadsTo(string from, string ancestor, CancellationToken cancellationToken)
    {
        if (!ObjectHash.TryParse(from, out var first) || !ObjectHash.TryParse(ancestor, out var wanted))
        {
            return false;
        }

        var met = new HashSet<ObjectHash> { first };
        var waiting = new Queue<ObjectHash>(met);
        while (waiting.TryDequeue(out var id))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (id == wanted)
            {
                return true;
            }

            if (_store.TryFind(id, out var location) && _reader.KindOf(location) == ObjectKind.Commit
                && CommitLinks.TryParse(_reader.Read(location, out _), _store.Format, out var links, out _))
            {
                for (var parent = 0; parent < links.ParentCount; parent++)
                {
                    if (met.Add(links.Parent(parent)))
                    {
                        waiting.Enqueue(links.Parent(parent));
                    }
                }
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Dispose();
    }

    /// <summary>Returns the committer's time in seconds; 0 where there is none to be read, as there is in some histories.</summary>
    private static long TimeOf(ReadOnlySpan<byte> commit)
    {
        var end = commit.IndexOf("\n\n"u8);
        var header = end < 0 ? commit : commit[..end];
        var line = header.IndexOf("\ncommitter "u8);
        if (line < 0)
        {
            return 0;
        }

        var committer = header[(line + 1)..];
        var newline = committer.IndexOf((byte)'\n');
        committer = newline < 0 ? committer : committer[..newline];
        return Utf8Parser.TryParse(committer[(committer.LastIndexOf((byte)'>') + 1)..].TrimStart((byte)' '), out long time, out _) ? time : 0;
    }

    private bool TryFind(string hex, out ObjectLocation location)
    {
        location = default;
        return hex.Length == _store.Format.HexLength() && ObjectHash.TryParse(hex, out var id) && _store.TryFind(id, out location);
    }

    private bool TryReadTime(ObjectLocation location, out long time)
    {
        time = 0;
        try
        {
            if (_reader.KindOf(location) != ObjectKind.Commit)
            {
                return false;
            }

            time = TimeOf(_reader.Read(location, out _));
            return true;
        }
        catch (RepositoryChangedException)
        {
            return false; // a loose object that somebody packed or deleted since
        }
    }
}
