using System.Buffers.Text;
using Eden.Checkpoint.Git.Objects;

namespace Eden.Checkpoint.Git.Repositories;

/// <summary>Picks the newest of many commits by what they say about their own time.</summary>
internal static class NewestCommits
{
    private const long CacheBytes = 4L << 20;

    /// <summary>Returns those of the ids that are commits of a repository, the newest first.</summary>
    /// <param name="repository">A bare repository.</param>
    /// <param name="ids">Names of objects in hex; what is no commit, or not there, is passed over.</param>
    /// <param name="most">How many to return at most.</param>
    /// <param name="cancellationToken">Observed at each object.</param>
    /// <exception cref="CheckpointRepoUnavailableException">The repository is damaged.</exception>
    public static List<string> Find(string repository, IEnumerable<string> ids, int most, CancellationToken cancellationToken)
    {
        using var store = ObjectStore.Open(RepositoryLayout.Open(repository), cancellationToken);
        using var reader = new ObjectReader(store, CheckpointLimits.Default.MaxObjectBytes, CacheBytes);
        var found = new List<ObjectLocation>();
        foreach (var hex in ids)
        {
            if (ObjectHash.TryParse(hex, out var id) && hex.Length == store.Format.HexLength() && store.TryFind(id, out var location))
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
            if (TryReadTime(reader, location, out var time))
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
            commits.Add(store.Id(location).ToHex(store.Format));
        }

        commits.Reverse();
        return commits;
    }

    private static bool TryReadTime(ObjectReader reader, ObjectLocation location, out long time)
    {
        time = 0;
        try
        {
            if (reader.KindOf(location) != ObjectKind.Commit)
            {
                return false;
            }

            time = TimeOf(reader.Read(location, out _));
            return true;
        }
        catch (RepositoryChangedException)
        {
            return false; // a loose object that somebody packed or deleted since
        }
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
}
