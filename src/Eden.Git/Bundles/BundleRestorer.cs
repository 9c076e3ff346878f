using System.Text;
using Eden.Checkpoint;
using Eden.Git.Objects;
using Eden.Git.Packs;
using Eden.Git.Sync;
using Eden.Shared;

namespace Eden.Git.Bundles;

/// <summary>Writes the bare repository of a bundle: the pack in the pass that checks it, then index, refs, HEAD and config.</summary>
internal static class BundleRestorer
{
    /// <summary>Restores a bundle that holds what it should.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="path">Where to.</param>
    /// <param name="options">Limits and places.</param>
    /// <param name="accept">Looks at what was found, violations included, before anything but the pack is written; when it says no, nothing is left.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What was made; <see langword="null"/> for a bundle that was not accepted.</returns>
    public static async Task<GitBundleRestoreResult?> RestoreAsync(
        RepoBundle bundle, string path, GitBundleRestoreOptions options, Func<BundleInspection, Task<bool>> accept, CancellationToken cancellationToken)
    {
        var place = new RepositoryPlace(path);
        if (!place.IsFree)
        {
            throw new IOException($"There is something at {place.Path} already; a bundle is restored to a new or empty directory.");
        }

        Directory.CreateDirectory(place.StagingParent);

        // Built in a private directory beside its place, so that the last step is a rename and a failure leaves nothing.
        using var aside = TemporaryDirectory.Create(place.StagingParent);
        var repository = aside.File("repository");
        var packs = Path.Combine(repository, "objects", "pack");
        foreach (var directory in (string[])[packs, Path.Combine(repository, "objects", "info"), Path.Combine(repository, "refs", "heads"), Path.Combine(repository, "refs", "tags")])
        {
            Directory.CreateDirectory(directory);
        }

        var packPath = Path.Combine(packs, "pack.incoming");
        BundleInspection inspection;
        string head;
        var copy = new FileStream(packPath, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, 1);
        await using (copy.ConfigureAwait(false))
        {
            inspection = await BundleInspector.InspectAsync(
                bundle, BundleVerification.Objects, options.Limits, options.TemporaryDirectory, copy, options.Progress, cancellationToken)
                .ConfigureAwait(false);
            if (!await accept(inspection).ConfigureAwait(false))
            {
                return null;
            }

            // The disk takes the pack while the index is sorted and written.
            var flush = Task.Run(() => copy.Flush(flushToDisk: true), CancellationToken.None);
            var lines = inspection.Header!.RefLines;
            head = PackedRefsWriter.ChooseHead(lines);
            var refs = Task.Run(
                () =>
                {
                    PackedRefsWriter.Write(Path.Combine(repository, "packed-refs"), lines, inspection.Pack!, cancellationToken);
                    FlushedFile.Write(Path.Combine(repository, "HEAD"), RefText.Encode(head.StartsWith("refs/", StringComparison.Ordinal) ? $"ref: {head}\n" : $"{head}\n"));
                    FlushedFile.Write(Path.Combine(repository, "config"), Config(inspection.Header!.ObjectFormat));
                },
                CancellationToken.None);
            var objects = Task.Run(() => PlacePack(packPath, packs, inspection.Pack!, inspection.PackChecksum, cancellationToken), CancellationToken.None);
            await Task.WhenAll(flush, refs, objects).ConfigureAwait(false);
        }

        var resolver = inspection.Pack!;
        var header = inspection.Header!;
        DirectoryFlush.Flush(packs);
        DirectoryFlush.Flush(repository);

        cancellationToken.ThrowIfCancellationRequested();
        place.Take(repository);
        DirectoryFlush.Flush(place.StagingParent);
        return new GitBundleRestoreResult
        {
            RepositoryPath = place.Path,
            ObjectFormat = header.ObjectFormat,
            Head = RefText.Show(head),
            RefCount = PackedRefsWriter.Count(header.RefLines),
            ObjectCount = inspection.ObjectCount,
            ReachableCommitCount = inspection.ReachableCommitCount,
            Warnings = inspection.Warnings,
        };
    }

    private static void PlacePack(string packPath, string packs, PackResolver resolver, ObjectHash checksum, CancellationToken cancellationToken)
    {
        if (resolver.Entries.Count == 0)
        {
            File.Delete(packPath);
            return;
        }

        var name = Path.Combine(packs, $"pack-{checksum.ToHex(resolver.Format)}");
        PackIndexWriter.Write(packPath, name + ".idx", resolver, checksum, cancellationToken);
        File.Move(packPath, name + ".pack");
        MakeReadOnly(name + ".pack");
        MakeReadOnly(name + ".idx");
    }

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

    // As git leaves its packs.
    private static void MakeReadOnly(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }
}
