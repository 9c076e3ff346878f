using System.Text;
using Eden.Checkpoint.Diagnostics;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Repositories;

/// <summary>Bundles one repository into a file for one export; both providers end here.</summary>
internal static class RepositoryBundler
{
    private const int MaxBranchesNamed = 5;

    /// <summary>Makes the bundle, or the placeholder when the repository has no refs.</summary>
    /// <exception cref="GitException">The repository cannot be bundled.</exception>
    public static async Task<RepoBundle> BundleAsync(
        string path, RepoBundleRequest request, LocalRepoBundleOptions options, CancellationToken cancellationToken)
    {
        var started = options.TimeProvider.GetTimestamp();
        var own = request.WorkingDirectory is null ? TemporaryDirectory.Create() : null;
        var file = Path.Combine(own?.Path ?? request.WorkingDirectory!, $"repo-{Guid.NewGuid():N}.bundle");
        try
        {
            var restored = options.MissingWorkBranches == MissingWorkBranches.RestoreFromCommit
                ? FindMissingBranches(path, request.References, cancellationToken)
                : [];
            var result = await WriteAsync(file, path, restored, request, options, cancellationToken).ConfigureAwait(false);
            if (result.IsEmpty)
            {
                Remove(file, own);
                if (options.Logger is { } silent)
                {
                    Log.RepositoryWithoutRefs(silent, path);
                }

                return RepoBundle.EmptyBecause(
                    [
                        .. ToWarnings(result.Warnings),
                        new CheckpointWarning(
                            CheckpointWarningCode.NotResumable,
                            $"The repository '{path}' has no refs: the bundle is the zero-byte placeholder, and the checkpoint cannot be resumed."),
                    ]);
            }

            CheckpointWarning[] warnings = restored.Count > 0
                ? [.. ToWarnings(result.Warnings), new CheckpointWarning(CheckpointWarningCode.Repository, Describe(restored))]
                : [.. ToWarnings(result.Warnings)];

            if (options.Logger is { } logger)
            {
                if (restored.Count > 0)
                {
                    Log.RestoredBranches(logger, path, restored.Count);
                }

                Log.Bundled(
                    logger, path, result.RefCount, result.ObjectCount, result.Length, options.TimeProvider.GetElapsedTime(started).TotalMilliseconds);
            }

            return RepoBundle.FromRepository(file, own, warnings);
        }
        catch (Exception exception)
        {
            Remove(file, own);
            if (exception is GitException or CheckpointException or OperationCanceledException)
            {
                throw;
            }

            throw new CheckpointRepoUnavailableException($"The repository '{path}' could not be bundled: {exception.Message}", exception);
        }
    }

    private static async Task<GitBundleCreateResult> WriteAsync(
        string file, string path, List<GitBundleRef> restored, RepoBundleRequest request, LocalRepoBundleOptions options, CancellationToken cancellationToken)
    {
        var stream = TemporaryDirectory.CreateFile(file, FileAccess.Write);
        await using (stream.ConfigureAwait(false))
        {
            var create = new GitBundleCreateOptions
            {
                AdditionalRefs = restored,
                Limits = options.Limits.ToGitLimits(),
                TemporaryDirectory = Path.GetDirectoryName(file),
                Progress = GitProgressRelay.To(request.Progress),
            };
            return await GitBundle.CreateAsync(path, stream, create, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds the branches that variants name and the repository no longer has, but whose commits it still holds.</summary>
    private static List<GitBundleRef> FindMissingBranches(string path, CheckpointReferences references, CancellationToken cancellationToken)
    {
        using var repository = GitRepository.Open(path, cancellationToken);
        var names = repository.RefNames.ToHashSet(StringComparer.Ordinal);

        // A ref may not be a folder of another: git could not clone a bundle that lists both.
        var folders = names.SelectMany(FoldersOf).ToHashSet(StringComparer.Ordinal);
        var found = new List<GitBundleRef>();
        foreach (var target in references.Targets())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = "refs/heads/" + target.Branch;
            if (target is { Branch: not null, BranchCommit: { } commit }
                && !names.Contains(name)
                && !folders.Contains(name)
                && !FoldersOf(name).Any(names.Contains)
                && GitRefName.IsLegal(name)
                && repository.HasCommit(commit))
            {
                found.Add(new GitBundleRef(name, commit));
                names.Add(name);
                folders.UnionWith(FoldersOf(name));
            }
        }

        return found;
    }

    private static IEnumerable<string> FoldersOf(string name)
    {
        for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
        {
            yield return name[..slash];
        }
    }

    private static IEnumerable<CheckpointWarning> ToWarnings(IReadOnlyList<string> texts)
        => texts.Select(static text => new CheckpointWarning(CheckpointWarningCode.Repository, text));

    private static string Describe(List<GitBundleRef> restored)
    {
        var named = string.Join(", ", restored.Take(MaxBranchesNamed).Select(branch => branch.Name["refs/heads/".Length..]));
        return $"{restored.Count} deleted work branch(es) are in the bundle at the commits that their variants name: {named}"
            + (restored.Count > MaxBranchesNamed ? " and others." : ".");
    }

    private static void Remove(string file, TemporaryDirectory? own)
    {
        if (own is not null)
        {
            own.Dispose();
        }
        else
        {
            File.Delete(file);
        }
    }
}
