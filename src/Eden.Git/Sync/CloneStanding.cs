using Eden.Git.Remotes;
using Eden.Git.Repositories;
using Eden.Shared;

namespace Eden.Git.Sync;

/// <summary>What is at a clone's path before a sync.</summary>
/// <param name="IsPresent">Whether there is a repository that a sync can go on from.</param>
/// <param name="IsOurs">Whether it is marked as a clone of ours: a cache that may be made anew.</param>
/// <param name="Fault">Why a clone of ours cannot be used as it is; <see langword="null"/> when it can.</param>
/// <param name="HasRemote">Whether its configuration names the remote; a repository that an import restored has none yet.</param>
internal sealed record CloneStanding(bool IsPresent, bool IsOurs, string? Fault, bool HasRemote)
{
    /// <summary>The name of the file that says that an existing folder is being filled.</summary>
    public const string UnfinishedMark = "eden-sync-unfinished";

    /// <summary>What makes up a clone, in the order in which it is put into a folder: HEAD comes last, so that no program takes it for a repository before.</summary>
    public static readonly IReadOnlyList<string> Children = ["objects", "refs", "config", "packed-refs", CloneMark.FileName, "HEAD"];

    private static readonly CloneStanding s_nothing = new(false, false, null, true);

    // What git, libgit2 or their killed processes leave in a repository, and a clone made anew has no use for.
    private static readonly string[] s_outdated =
        ["shallow", "config.worktree", "FETCH_HEAD", "ORIG_HEAD", "logs", "packed-refs.lock", "HEAD.lock", "config.lock", "shallow.lock"];

    /// <summary>Looks at a path, and refuses what is neither absent nor the clone of a remote.</summary>
    /// <param name="path">The path.</param>
    /// <param name="remote">The remote that it should be the clone of.</param>
    /// <param name="cancellationToken">Observed while files are looked at.</param>
    /// <exception cref="GitException">There is something else.</exception>
    public static CloneStanding At(string path, GitRemoteAddress remote, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            throw new GitException($"The clone's path '{path}' is a file.");
        }

        if (!Directory.Exists(path) || IsEmptyOrUnfinished(path))
        {
            return s_nothing;
        }

        // libgit2 and we would wait for a pipe.
        RepositoryFile.RefuseSpecialIn(path, cancellationToken);
        var isOurs = CloneMark.IsAt(path);
        var fault = FindFault(path, remote, out var url);
        url ??= CloneMark.ReadRemote(path);
        if (url is not null && !remote.IsSameAs(url))
        {
            throw new GitException(
                $"The clone '{path}' belongs to the remote '{GitRemoteAddress.Mask(url)}', but '{remote}' is configured. Use another path, or remove the clone.");
        }

        return fault is null ? new CloneStanding(true, isOurs, null, url is not null)
            : isOurs ? new CloneStanding(false, true, fault, true)
            : throw new GitException(fault);
    }

    /// <summary>Fills a folder, which may be a mount point and cannot be renamed over, with what a staging folder has; what it had of a clone before goes away.</summary>
    public static void Fill(string path, string staging)
    {
        File.WriteAllText(Path.Combine(path, UnfinishedMark), "");
        Clear(path);
        foreach (var name in Children)
        {
            Directory.Move(Path.Combine(staging, name), Path.Combine(path, name));
        }

        File.Delete(Path.Combine(path, UnfinishedMark));
    }

    private static bool IsEmptyOrUnfinished(string path)
    {
        if (File.Exists(Path.Combine(path, UnfinishedMark)))
        {
            Clear(path);
            File.Delete(Path.Combine(path, UnfinishedMark));
            return true;
        }

        // A fresh volume comes with its file system's own folder.
        return Directory.EnumerateFileSystemEntries(path).All(entry => FolderContent.IsKept(Path.GetFileName(entry)));
    }

    private static void Clear(string path)
    {
        foreach (var child in Children.Concat(s_outdated).Select(name => Path.Combine(path, name)))
        {
            FolderRemoval.Delete(child);
            File.Delete(child);
        }
    }

    private static string? FindFault(string path, GitRemoteAddress remote, out string? url)
    {
        url = null;
        if (FindConfigurationFault(path, remote, ref url) is { } fault)
        {
            return fault;
        }

        return File.Exists(Path.Combine(path, "shallow"))
            ? $"The clone '{path}' is shallow; remove it, and the next sync makes a complete one."
            : null;
    }

    private static string? FindConfigurationFault(string path, GitRemoteAddress remote, ref string? url)
    {
        if (!File.Exists(Path.Combine(path, "HEAD")) || !Directory.Exists(Path.Combine(path, "objects")) || !Directory.Exists(Path.Combine(path, "refs")))
        {
            return $"The clone's path '{path}' holds something that is not a bare git repository.";
        }

        GitConfigFile configuration;
        try
        {
            configuration = GitConfigFile.Parse(RepositoryLayout.ReadSmallFile(Path.Combine(path, "config")) ?? "");
            if (RepositoryFormat.Read(configuration) != GitObjectFormat.Sha1)
            {
                return $"The clone '{path}' names objects by another hash than SHA-1, which a sync cannot handle.";
            }
        }
        catch (GitException unsupported)
        {
            return unsupported.Message;
        }
        catch (FormatException malformed)
        {
            return $"The config of the clone '{path}' is malformed, {malformed.Message}.";
        }

        if (configuration.TryGet("remote.origin.url", out var configured))
        {
            url = configured;
        }

        if (!configuration.TryGet("core.bare", out var bare) || GitConfigFile.AsBoolean(bare) != true)
        {
            return $"The repository '{path}' is not bare, so it cannot be the clone of '{remote}'.";
        }

        var extension = configuration.Settings.FirstOrDefault(setting => setting.Key.StartsWith("extensions.", StringComparison.Ordinal));
        return extension.Key is null ? null : $"The clone '{path}' uses {extension.Key}, which a sync cannot handle.";
    }
}
