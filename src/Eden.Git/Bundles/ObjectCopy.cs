using Eden.Git.Objects;
using Eden.Git.Packs;
using Eden.Git.Repositories;

namespace Eden.Git.Bundles;

/// <summary>Copies what the refs of one repository reach into a pack for another, with its index.</summary>
internal static class ObjectCopy
{
    private const string PackName = "copied.pack";

    /// <summary>Copies. Every object is hashed on the way: what is not what its name says is not copied. Who puts the pack in its place flushes it to disk.</summary>
    /// <param name="repositoryPath">The repository that has the objects.</param>
    /// <param name="known">What need not be copied; <see langword="null"/> for nothing.</param>
    /// <param name="packs">The folder of packs to copy to.</param>
    /// <param name="progress">Told of the objects that were copied.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>How many objects were copied.</returns>
    /// <exception cref="GitException">The repository is damaged.</exception>
    public static async Task<long> RunAsync(
        string repositoryPath, KnownHistory? known, string packs, IProgress<GitProgress>? progress, CancellationToken cancellationToken)
    {
        var layout = RepositoryLayout.Open(repositoryPath);
        var options = new GitBundleCreateOptions { Known = known, TemporaryDirectory = packs, Progress = progress };
        using var plan = BundleCreation.MakePlan(layout, options, cancellationToken);
        if (plan.ObjectCount == 0)
        {
            return 0;
        }

        var path = Path.Combine(packs, PackName);
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1, FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            var output = new PackOutput(file, layout.Format, cancellationToken);
            await using (output.ConfigureAwait(false))
            {
                await BundleCreation.WritePackAsync(layout, plan, output, options, cancellationToken).ConfigureAwait(false);
            }
        }

        await IndexAsync(path, packs, plan, cancellationToken).ConfigureAwait(false);
        return plan.ObjectCount;
    }

    private static async Task IndexAsync(string path, string packs, BundlePlan plan, CancellationToken cancellationToken)
    {
        PackResolver resolver;
        ObjectHash checksum;
        using (var handle = File.OpenHandle(path))
        {
            var format = plan.Store.Format;
            var pack = new PackFile(handle, 0, RandomAccess.GetLength(handle), format.HashLength());
            using var spill = new SpillFiles(packs);
            try
            {
                var entries = await Task.Run(() => PackScanner.Scan(pack, format, GitLimits.Default, false, null, cancellationToken), cancellationToken).ConfigureAwait(false);
                resolver = new PackResolver(pack, entries, format, GitLimits.Default, ResolverScope.Everything, spill, null);
                await resolver.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PackDamageException damage)
            {
                throw new GitDamagedException($"The repository is corrupt: what was copied of it cannot be read: {damage.Message}.", damage);
            }

            var trailer = new byte[format.HashLength()];
            pack.Read(pack.EntriesEnd, trailer);
            checksum = ObjectHash.FromBytes(trailer);
        }

        foreach (var id in plan.Reached.Ids())
        {
            if (resolver.Table.FindEntry(id) < 0)
            {
                throw new GitDamagedException($"The repository is corrupt: the content of object {id.ToHex(plan.Store.Format)} does not hash to its name.");
            }
        }

        PackPlacement.Place(path, packs, resolver, checksum, cancellationToken);
    }
}
