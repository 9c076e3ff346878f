using Eden.Git.Objects;
using Eden.Git.Repositories;

namespace Eden.Git.Bundles;

/// <summary>What a bundle will hold: its refs and everything they reach, in a store whose packs stay open. Made before the first byte is
/// written, because a pack begins with its number of objects.</summary>
internal sealed class BundlePlan : IDisposable
{
    private BundlePlan(ObjectStore store, ReachableSet reached, List<RefTip> tips, List<string> warnings)
    {
        Store = store;
        Reached = reached;
        ObjectCount = reached.Count();
        Tips = tips;
        Warnings = warnings;
    }

    public ObjectStore Store { get; }

    public ReachableSet Reached { get; }

    public long ObjectCount { get; }

    /// <summary>Gets the refs in the order of the bundle.</summary>
    public IReadOnlyList<RefTip> Tips { get; }

    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads refs, then lists objects, in the order opposite to a writer's, then walks.</summary>
    /// <param name="layout">The repository.</param>
    /// <param name="options">Additional refs, ceilings and progress.</param>
    /// <param name="sideBySide">Whether to read refs and list objects at the same time: quicker, but a ref may then name an object that is
    /// newer than the listing.</param>
    /// <param name="cancellationToken">Observed every few thousand objects.</param>
    /// <exception cref="RepositoryChangedException">A file vanished: list again.</exception>
    /// <exception cref="MissingObjectException">An object is not in the listing: list again, once.</exception>
    /// <exception cref="GitException">The repository cannot be bundled.</exception>
    public static BundlePlan Make(RepositoryLayout layout, GitBundleCreateOptions options, bool sideBySide, CancellationToken cancellationToken)
    {
        var opening = sideBySide ? Task.Run(() => ObjectStore.Open(layout, cancellationToken), CancellationToken.None) : null;
        RefSnapshot refs;
        try
        {
            refs = RefSnapshot.Read(layout, cancellationToken);
        }
        catch when (opening is not null)
        {
            Task.WaitAny([opening], CancellationToken.None);
            if (opening.IsCompletedSuccessfully)
            {
#pragma warning disable RS0030 // It has ended.
                opening.GetAwaiter().GetResult().Dispose();
#pragma warning restore RS0030
            }

            throw;
        }

#pragma warning disable RS0030 // Planning is synchronous: it computes, on a thread of its caller's choice.
        var store = opening is null ? ObjectStore.Open(layout, cancellationToken) : opening.GetAwaiter().GetResult();
#pragma warning restore RS0030
        try
        {
            var warnings = refs.Warnings.ToList();
            var tips = AddRefs(refs.Tips, options.AdditionalRefs, layout.Format, warnings);
            var walk = new ReachabilityWalk(
                store, options.Limits, visited => options.Progress?.Report(new GitProgress(GitPhase.Bundle, visited, null)), cancellationToken, options.Known);
            foreach (var tip in tips)
            {
                walk.AddTip(tip);
            }

            walk.Run();
            if (options.EveryPackedObject)
            {
                walk.AddPacked();
            }

            RequireCommits(store, walk.Reached, options.AdditionalRefs);
            if (options.Known is null)
            {
                RequireBranches(store, walk.Reached, tips);
            }

            return new BundlePlan(store, walk.Reached, tips, warnings);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();

    private static List<RefTip> AddRefs(
        IReadOnlyList<RefTip> tips, IReadOnlyList<GitBundleRef> added, GitObjectFormat format, List<string> warnings)
    {
        if (added.Count == 0)
        {
            return [.. tips];
        }

        var named = new SortedDictionary<string, ObjectHash>(StringComparer.Ordinal);
        foreach (var tip in tips.Where(IsUnderRefs))
        {
            named.Add(tip.Name, tip.Target);
        }

        var parents = named.Keys.SelectMany(Parents).ToHashSet(StringComparer.Ordinal);
        foreach (var extra in added)
        {
            if (!ObjectHash.TryParse(extra.ObjectId, out var target) || extra.ObjectId.Length != format.HexLength())
            {
                throw new GitException(
                    $"The ref {extra.Name} cannot be added: \"{extra.ObjectId}\" is no object id of this repository, whose ids have {format.HexLength()} hex digits.");
            }

            if (named.TryGetValue(extra.Name, out var existing))
            {
                if (existing != target)
                {
                    warnings.Add($"The ref {extra.Name} was not set to {extra.ObjectId}: the repository has it, at {existing.ToHex(format)}.");
                }

                continue;
            }

            if (parents.Contains(extra.Name) || Parents(extra.Name).Any(named.ContainsKey))
            {
                throw new GitException(
                    $"The ref {extra.Name} cannot be added: the repository has a ref that it would be a directory of, or inside of.");
            }

            named.Add(extra.Name, target);
            parents.UnionWith(Parents(extra.Name));
        }

        return [.. named.Select(pair => new RefTip(pair.Key, pair.Value)), .. tips.Where(tip => !IsUnderRefs(tip))];
    }

    private static void RequireCommits(ObjectStore store, ReachableSet reached, IReadOnlyList<GitBundleRef> added)
    {
        foreach (var extra in added)
        {
            if (ObjectHash.TryParse(extra.ObjectId, out var target) && !IsCommit(store, reached, target, out var kind))
            {
                throw new GitException(
                    $"The ref {extra.Name} cannot be added: {extra.ObjectId} is a {ObjectHeader.Text(kind)}, not a commit.");
            }
        }
    }

    // Nobody could clone or fetch from the bundle: git lets HEAD and branches name nothing but commits.
    private static void RequireBranches(ObjectStore store, ReachableSet reached, List<RefTip> tips)
    {
        foreach (var tip in tips)
        {
            if (RefName.IsBranch(tip.Name) && !IsCommit(store, reached, tip.Target, out var kind))
            {
                throw new GitException(
                    $"The ref {RefText.Show(tip.Name)} is broken: {tip.Target.ToHex(store.Format)} is a {ObjectHeader.Text(kind)}, not a commit.");
            }
        }
    }

    // An object that is not there was reported by the walk.
    private static bool IsCommit(ObjectStore store, ReachableSet reached, ObjectHash target, out ObjectKind kind)
    {
        kind = store.TryFind(target, out var location) ? reached[location] : ObjectKind.Commit;
        return kind == ObjectKind.Commit;
    }

    private static bool IsUnderRefs(RefTip tip) => tip.Name.StartsWith("refs/", StringComparison.Ordinal);

    private static IEnumerable<string> Parents(string name)
    {
        for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
        {
            yield return name[..slash];
        }
    }
}
