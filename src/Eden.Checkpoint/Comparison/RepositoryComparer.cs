using Eden.Checkpoint.Model;
using Eden.Checkpoint.Repositories;
using Eden.Git;

namespace Eden.Checkpoint.Comparison;

/// <summary>Compares the refs of two repositories, and the ids of their objects.</summary>
internal static class RepositoryComparer
{
    /// <returns><see langword="null"/> when a side gives no repository; that is a warning then.</returns>
    public static async Task<CheckpointRepositoryComparison?> CompareAsync(
        ComparisonSide left,
        ComparisonSide right,
        ComparisonFindings findings,
        CheckpointComparisonOptions options,
        CancellationToken cancellationToken)
    {
        if (left.Bundle is null || right.Bundle is null)
        {
            var lacking = left.Bundle is null && right.Bundle is null ? "Neither side names a repository"
                : $"{(left.Bundle is null ? left.Name : right.Name)} names no repository";
            findings.Warn(CheckpointWarningCode.NotCompared, $"{lacking}: refs and objects were not compared.");
            return null;
        }

        var leftHeader = await ReadHeaderAsync(left.Bundle, options, cancellationToken).ConfigureAwait(false);
        var rightHeader = await ReadHeaderAsync(right.Bundle, options, cancellationToken).ConfigureAwait(false);
        var refs = new RefComparer(findings, left.Name, right.Name);
        refs.Compare(leftHeader, rightHeader);
        var comparison = new CheckpointRepositoryComparison { LeftRefs = refs.LeftCount, RightRefs = refs.RightCount };
        return options.CompareObjects
            ? await CompareObjectsAsync(left.Bundle, leftHeader, right.Bundle, rightHeader, comparison, findings, options, cancellationToken).ConfigureAwait(false)
            : comparison;
    }

    /// <returns><see langword="null"/> for the placeholder: a repository without refs.</returns>
    private static async Task<GitBundleHeader?> ReadHeaderAsync(
        RepoBundle bundle, CheckpointComparisonOptions options, CancellationToken cancellationToken)
    {
        if (bundle.IsEmpty)
        {
            return null;
        }

        var stream = bundle.OpenRead();
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                return await GitBundle.ReadHeaderAsync(stream, options.Limits.ToGitLimits(), cancellationToken).ConfigureAwait(false);
            }
            catch (GitDamagedException damage)
            {
                throw damage.ToInvalid();
            }
        }
    }

    private static async Task<CheckpointRepositoryComparison> CompareObjectsAsync(
        RepoBundle left,
        GitBundleHeader? leftHeader,
        RepoBundle right,
        GitBundleHeader? rightHeader,
        CheckpointRepositoryComparison comparison,
        ComparisonFindings findings,
        CheckpointComparisonOptions options,
        CancellationToken cancellationToken)
    {
        if (leftHeader is not null && rightHeader is not null)
        {
            if (leftHeader.ObjectFormat != rightHeader.ObjectFormat)
            {
                // Each ref differs already, and not one id could be the same.
                findings.Warn(CheckpointWarningCode.NotCompared, "The repositories' object formats differ: objects were not compared.");
                return comparison;
            }

            var leftPack = await GitBundle.ReadPackIdentityAsync(left.FilePath!, leftHeader, cancellationToken).ConfigureAwait(false);
            var rightPack = await GitBundle.ReadPackIdentityAsync(right.FilePath!, rightHeader, cancellationToken).ConfigureAwait(false);
            if (leftPack.Checksum == rightPack.Checksum)
            {
                return comparison.WithObjects(leftPack.ObjectCount, rightPack.ObjectCount);
            }
        }

        var lefts = await ReadObjectsAsync(left, options, cancellationToken).ConfigureAwait(false);
        var rights = await ReadObjectsAsync(right, options, cancellationToken).ConfigureAwait(false);
        CompareObjects(lefts, rights, findings);
        return comparison.WithObjects(lefts.Count, rights.Count);
    }

    private static async Task<GitObjectSet> ReadObjectsAsync(RepoBundle bundle, CheckpointComparisonOptions options, CancellationToken cancellationToken)
    {
        if (bundle.IsEmpty)
        {
            return GitObjectSet.Empty;
        }

        var verify = new GitBundleVerifyOptions
        {
            Limits = options.Limits.ToGitLimits(),
            TemporaryDirectory = options.TemporaryDirectory,
            Progress = GitProgressRelay.To(options.Progress),
        };
        try
        {
            return (await GitBundle.InspectAsync(bundle.FilePath!, verify, cancellationToken).ConfigureAwait(false)).GetObjects();
        }
        catch (GitDamagedException damage)
        {
            throw damage.ToInvalid();
        }
    }

    /// <summary>Reports the objects that one side lacks.</summary>
    private static void CompareObjects(GitObjectSet left, GitObjectSet right, ComparisonFindings findings)
    {
        foreach (var difference in GitObjectSet.Differences(left, right))
        {
            if (!findings.ListsDifferences)
            {
                findings.DifferUnlisted();
                continue;
            }

            var kind = Text(difference.Kind);
            findings.Differ(new CheckpointDifference(
                CheckpointObjectKind.GitObject, difference.Id, null, difference.IsOnlyInLeft ? kind : null, difference.IsOnlyInLeft ? null : kind));
        }
    }

    private static string Text(GitObjectKind kind) => kind switch
    {
        GitObjectKind.Commit => "commit",
        GitObjectKind.Tree => "tree",
        GitObjectKind.Blob => "blob",
        _ => "tag",
    };
}
