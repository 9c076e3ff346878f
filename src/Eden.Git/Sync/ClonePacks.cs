using Eden.Git.Diagnostics;
using Eden.Shared;

namespace Eden.Git.Sync;

/// <summary>Makes one pack of the many that a clone has after as many fetches: every look for an object goes through all of them.</summary>
/// <remarks>Deletes nothing else: what no ref reaches any more stays too, since rows may name a commit whose branch is gone.</remarks>
internal static class ClonePacks
{
    /// <summary>Counts the packs that may be merged: those that nobody has marked to be kept.</summary>
    public static int Count(string repository) => List(repository).Length;

    /// <summary>Keeps a clone quick after a sync. A failure is no failure of the sync, which is over.</summary>
    /// <param name="path">The clone.</param>
    /// <param name="staging">A folder in the clone's file system, not there yet.</param>
    /// <param name="options">How many packs there may be.</param>
    /// <param name="cancellationToken">Observed until the new pack is in its place.</param>
    public static void MergeWhenMany(string path, string staging, LocalCloneOptions options, CancellationToken cancellationToken)
    {
        if (options.MaxPacks is not { } most || Count(path) is var count && count <= most || File.Exists(Path.Combine(path, "objects", "info", "alternates")))
        {
            return;
        }

        var started = options.TimeProvider.GetTimestamp();
        try
        {
            TemporaryDirectory.CreatePrivate(staging);
#pragma warning disable RS0030 // A sync is synchronous, as libgit2 is; it runs on a thread of its own.
            MergeAsync(path, staging, cancellationToken).GetAwaiter().GetResult();
#pragma warning restore RS0030
            if (options.Logger is { } logger)
            {
                GitLog.MergedPacks(logger, path, count, options.TimeProvider.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        catch (Exception failure) when (failure is GitException or IOException or UnauthorizedAccessException && !cancellationToken.IsCancellationRequested)
        {
            if (options.Logger is { } logger)
            {
                GitLog.PacksNotMerged(logger, path, count, failure.Message);
            }
        }
        finally
        {
            FolderRemoval.Delete(staging);
        }
    }

    /// <summary>Merges the packs. On any failure the repository is as it was.</summary>
    /// <param name="repository">A bare repository, whose objects nobody else deletes meanwhile.</param>
    /// <param name="staging">A folder in the same file system, there and empty.</param>
    /// <param name="cancellationToken">Observed until the new pack is in its place.</param>
    /// <exception cref="GitException">The repository is damaged.</exception>
    /// <exception cref="IOException">There is no room for a second copy, or the disk failed.</exception>
    public static async Task MergeAsync(string repository, string staging, CancellationToken cancellationToken)
    {
        var merged = List(repository);
        var bundlePath = Path.Combine(staging, "packs.bundle");
        var stream = TemporaryDirectory.CreateFile(bundlePath, FileAccess.Write);
        await using (stream.ConfigureAwait(false))
        {
            var create = new GitBundleCreateOptions { EveryPackedObject = true, TemporaryDirectory = staging };
            if ((await GitBundle.CreateAsync(repository, stream, create, cancellationToken).ConfigureAwait(false)).IsEmpty)
            {
                return;
            }
        }

        var restored = Path.Combine(staging, "merged");
        await GitBundle.RestoreAsync(bundlePath, restored, new GitBundleRestoreOptions { TemporaryDirectory = staging }, cancellationToken).ConfigureAwait(false);

        cancellationToken.ThrowIfCancellationRequested();
        var added = StagingRepository.MovePacks(restored, repository);
        foreach (var pack in merged.Except(added))
        {
            Delete(pack);
        }
    }

    private static string[] List(string repository)
    {
        var folder = Path.Combine(repository, "objects", "pack");
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.pack").Where(pack => !File.Exists(Path.ChangeExtension(pack, ".keep")))]
            : [];
    }

    /// <summary>Deletes a pack with all that belongs to it; the index first, so that nobody finds the pack by it.</summary>
    private static void Delete(string pack)
    {
        // It may point into the pack.
        File.Delete(Path.Combine(Path.GetDirectoryName(pack)!, "multi-pack-index"));
        foreach (var extension in (string[])[".idx", ".rev", ".bitmap", ".pack"])
        {
            var file = Path.ChangeExtension(pack, extension);
            if (OperatingSystem.IsWindows() && File.Exists(file))
            {
                File.SetAttributes(file, FileAttributes.Normal);
            }

            File.Delete(file);
        }
    }
}
