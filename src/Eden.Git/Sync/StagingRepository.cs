using Eden.Git.Bundles;
using Eden.Git.Fetching;
using Eden.Git.Remotes;
using Eden.Git.Repositories;
using Eden.Shared;
using LibGit2Sharp;
using NativeRepository = LibGit2Sharp.Repository;

namespace Eden.Git.Sync;

/// <summary>A bare repository of our own into which objects are fetched or copied; the clone is not touched until everything is there.</summary>
/// <remarks>It borrows the clone's objects as an alternate. So a fetch that fails leaves nothing to undo, and libgit2's refusal to
/// open a repository of another user, meant for repositories that somebody stumbles upon, does not apply to the path that the host configured,
/// while it stays on for everything else in the process.</remarks>
internal sealed class StagingRepository : IDisposable
{
    // A file made just before the clone is changed: it names the lock files that are there already, which are not ours.
    private const string InstallingMark = "installing";
    private static readonly string[] s_lockFiles = ["packed-refs.lock", "HEAD.lock"];

    private const string RemoteName = "record";

    // What libgit2 makes of a pack without objects.
    private const string EmptyPackName = "pack-029d08823bd8a8eab510ad6ac75c823cfd3ed31e";

    private StagingRepository(string path, bool borrows)
    {
        Path = path;
        Borrows = borrows;
    }

    public string Path { get; private set; }

    /// <summary>Gets a value indicating whether objects of others count as its own.</summary>
    public bool Borrows { get; }

    public string Objects => System.IO.Path.Combine(Path, "objects");

    /// <summary>Makes the repository, with nothing in it.</summary>
    /// <param name="path">Where; nothing is there.</param>
    /// <param name="borrowFrom">Folders of objects that it may use as if they were its own.</param>
    public static StagingRepository Create(string path, IReadOnlyList<string> borrowFrom)
    {
        TemporaryDirectory.CreatePrivate(path);
        var staging = new StagingRepository(path, borrowFrom.Count > 0);
        try
        {
            foreach (var folder in (string[])["objects/info", "objects/pack", "refs/heads", "refs/tags"])
            {
                Directory.CreateDirectory(System.IO.Path.Combine(path, folder));
            }

            MirrorRefs.WriteHead(path, "ref: refs/heads/main");
            if (borrowFrom.Count > 0)
            {
                File.WriteAllText(System.IO.Path.Combine(path, "objects", "info", "alternates"), string.Concat(borrowFrom.Select(folder => folder + "\n")));
            }

            return staging;
        }
        catch
        {
            staging.Dispose();
            throw;
        }
    }

    /// <summary>Gives the repository refs, which say what is copied from it.</summary>
    public void WriteRefs(IEnumerable<KeyValuePair<string, string>> refs)
    {
        WriteConfiguration("");
        MirrorRefs.Replace(Path, refs);
    }

    /// <summary>Fetches the objects that the connection wants (<see cref="HttpRemoteSession.Want"/>). The refs themselves are not written.</summary>
    /// <remarks>There are no refs here from which libgit2 could tell the remote what need not be sent: it would read the commits that they reach, which it cannot where a
    /// committer's line is odd, would sort them into a linked list one by one, and would stop at the first that both sides have. The connection tells (<see cref="HttpRemoteSession.Offer"/>).</remarks>
    /// <param name="session">The connection to the remote.</param>
    /// <param name="options">The callbacks.</param>
    /// <param name="pack">Takes the pack out of the remote's answer: libgit2 is shown one without objects, and has nothing to index.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>How many objects the remote has sent.</returns>
    public long Fetch(HttpRemoteSession session, FetchOptions options, IncomingPack pack, CancellationToken cancellationToken)
    {
        session.PackReceiver = pack;
        try
        {
            Talk(session.Url, options);
        }
        catch (LibGit2SharpException) when (pack.IsEnded || pack.IsRefused)
        {
            // What libgit2 finds wrong after the pack is that it does not have the objects yet; why a pack was refused is said below.
        }
        finally
        {
            session.PackReceiver = null;
            DeleteEmptyPack();
        }

#pragma warning disable RS0030 // A sync is synchronous, as libgit2 is; it runs on a thread of its own.
        return pack.PlaceAsync(Borrows ? () => ObjectStore.Open(RepositoryLayout.Open(Path), cancellationToken) : null).GetAwaiter().GetResult();
#pragma warning restore RS0030
    }

    /// <summary>Lets libgit2 speak with a remote.</summary>
    private void Talk(string url, FetchOptions options)
    {
        // The rule maps the URL to itself and, being the longest match, keeps the machine's own insteadOf rules out.
        WriteConfiguration($"[remote \"{RemoteName}\"]\n\turl = {Quote(url)}\n[url {Quote(url)}]\n\tinsteadOf = {Quote(url)}\n");
        using var repository = new NativeRepository(Path);

        // When it has the answer libgit2 begins to write refs. They are known from the listing and written at once, so it is stopped at the first.
        var complete = false;
        options.OnUpdateTips = (_, _, _) =>
        {
            complete = true;
            return false;
        };
        try
        {
            Commands.Fetch(repository, RemoteName, ["+refs/*:refs/record/*"], options, null);
        }
        catch (LibGit2SharpException) when (complete)
        {
            // The callback above has stopped it.
        }
    }

    /// <summary>Copies the objects of every ref of a repository on this machine that the clone does not have. The refs themselves are not written.</summary>
    /// <param name="from">The repository.</param>
    /// <param name="known">What the clone has; <see langword="null"/> for nothing.</param>
    /// <param name="progress">Told of the objects that were copied.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>How many objects were copied.</returns>
    /// <exception cref="GitException">The repository is damaged.</exception>
    public Task<long> CopyAsync(string from, KnownHistory? known, IProgress<GitProgress>? progress, CancellationToken cancellationToken)
    {
        WriteConfiguration("");
        return ObjectCopy.RunAsync(from, known, System.IO.Path.Combine(Objects, "pack"), progress, cancellationToken);
    }

    /// <summary>Finds a ref whose object is not here.</summary>
    /// <returns>The ref's name, or <see langword="null"/> when there is none.</returns>
    public string? FindMissing(Dictionary<string, string> refs, CancellationToken cancellationToken)
    {
        using var commits = RepositoryCommits.Open(Path, cancellationToken);
        foreach (var (name, value) in refs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!commits.Contains(value))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Removes what only the fetch needed and makes this a complete clone.</summary>
    public void Complete(GitRemoteAddress remote, IEnumerable<KeyValuePair<string, string>> refs, string head)
    {
        WriteConfiguration(OriginSection(remote));
        CloneMark.Write(Path, remote);
        File.Delete(System.IO.Path.Combine(Path, "FETCH_HEAD"));
        MirrorRefs.Replace(Path, refs);
        MirrorRefs.WriteHead(Path, head);
        FlushPacks();
    }

    /// <summary>Returns what a clone's configuration says about its remote.</summary>
    public static string OriginSection(GitRemoteAddress remote)
        => $"[remote \"origin\"]\n\turl = {Quote(remote.Text)}\n\tfetch = +refs/*:refs/*\n\tmirror = true\n";

    /// <summary>Notes that the clone is about to be changed.</summary>
    public void MarkInstalling(string repository) => File.WriteAllLines(
        System.IO.Path.Combine(Path, InstallingMark), s_lockFiles.Where(name => File.Exists(System.IO.Path.Combine(repository, name))));

    /// <summary>Finds what a sync that was killed has left in the clone: the lock files that it took, and a pack whose index did not follow.</summary>
    /// <param name="leftover">The staging folder of that sync.</param>
    /// <param name="repository">The clone.</param>
    public static List<string> FindUnfinished(string leftover, string repository)
    {
        var found = new List<string>();
        var mark = System.IO.Path.Combine(leftover, InstallingMark);
        if (File.Exists(mark))
        {
            found.AddRange(s_lockFiles.Except(File.ReadAllLines(mark)).Select(name => System.IO.Path.Combine(repository, name)).Where(File.Exists));
        }

        foreach (var folder in (string[])[leftover, System.IO.Path.Combine(leftover, "merged")])
        {
            var packs = System.IO.Path.Combine(folder, "objects", "pack");
            foreach (var index in Directory.Exists(packs) ? Directory.GetFiles(packs, "*.idx") : [])
            {
                var moved = System.IO.Path.Combine(repository, "objects", "pack", System.IO.Path.GetFileNameWithoutExtension(index) + ".pack");
                if (!File.Exists(System.IO.Path.ChangeExtension(index, ".pack")) && File.Exists(moved) && !File.Exists(System.IO.Path.ChangeExtension(moved, ".idx")))
                {
                    found.Add(moved);
                }
            }
        }

        return found;
    }

    /// <summary>Renames this to its place.</summary>
    public void MoveTo(string path)
    {
        Directory.Move(Path, path);
        Path = "";
    }

    /// <summary>Moves the packs into a clone.</summary>
    public void MovePacksTo(string repository)
    {
        FlushPacks();
        MovePacks(Path, repository);
    }

    /// <summary>Moves the packs of one repository into another; an index comes last, since it makes its pack known.</summary>
    /// <returns>Where the packs are now.</returns>
    public static List<string> MovePacks(string from, string repository)
    {
        var target = System.IO.Path.Combine(repository, "objects", "pack");
        Directory.CreateDirectory(target);
        var moved = new List<string>();
        foreach (var pack in Directory.GetFiles(System.IO.Path.Combine(from, "objects", "pack"), "*.pack"))
        {
            foreach (var file in (string[])[pack, System.IO.Path.ChangeExtension(pack, ".idx")])
            {
                File.Move(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)), overwrite: true);
            }

            moved.Add(System.IO.Path.Combine(target, System.IO.Path.GetFileName(pack)));
        }

        DirectoryFlush.Flush(target);
        return moved;
    }

    public void Dispose() => FolderRemoval.Delete(Path);

    private static string Quote(string value)
        => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private void WriteConfiguration(string remote) => FlushedFile.Write(
        System.IO.Path.Combine(Path, "config"),
        $"[core]\n\trepositoryformatversion = 0\n\tfilemode = {(OperatingSystem.IsWindows() ? "false" : "true")}\n\tbare = true\n{remote}");

    private void DeleteEmptyPack()
    {
        foreach (var file in Directory.GetFiles(System.IO.Path.Combine(Objects, "pack"), EmptyPackName + ".*"))
        {
            if (OperatingSystem.IsWindows())
            {
                File.SetAttributes(file, FileAttributes.Normal);
            }

            File.Delete(file);
        }
    }

    private void FlushPacks()
    {
        foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(Objects, "pack")))
        {
            if (!OperatingSystem.IsWindows())
            {
                using var pack = new FileStream(file, FileMode.Open, FileAccess.Read);
                RandomAccess.FlushToDisk(pack.SafeFileHandle);
            }
        }
    }
}
