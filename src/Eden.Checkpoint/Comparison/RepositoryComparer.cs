using Eden.Checkpoint.Model;
using Eden.Checkpoint.Repositories;
using Eden.Git;

namespace Eden.Checkpoint.Comparison;

/// <summary>Compares the refs of two repositories, and the ids of their objects. Used once.</summary>
/// <param name="findings">Where differences go.</param>
/// <param name="options">The limits, and whether objects are compared.</param>
internal sealed class RepositoryComparer(ComparisonFindings findings, CheckpointComparisonOptions options)
{
    /// <returns><see langword="null"/> when a side gives no repository; that is a warning then.</returns>
    public async Task<CheckpointRepositoryComparison?> CompareAsync(ComparisonSide left, ComparisonSide right, CancellationToken cancellationToken)
    {
        if (left.Bundle is null || right.Bundle is null)
        {
            var lacking = left.Bundle is null && right.Bundle is null ? "Neither side names a repository"
                : $"{(left.Bundle is null ? left.Name : right.Name)} names no repository";
            findings.Warn(CheckpointWarningCode.NotCompared, $"{lacking}: refs and objects were not compared.");
            return null;
        }

        var lefts = await ReadHeaderAsync(left.Bundle, cancellationToken).ConfigureAwait(false);
        var rights = await ReadHeaderAsync(right.Bundle, cancellationToken).ConfigureAwait(false);
        var refs = new RefComparer(findings, left.Name, right.Name);
        refs.Compare(lefts.Header, rights.Header);
        var comparison = new CheckpointRepositoryComparison { LeftRefs = refs.LeftCount, RightRefs = refs.RightCount };
        return options.CompareObjects && await CompareObjectsAsync(lefts, rights, cancellationToken).ConfigureAwait(false) is var (leftObjects, rightObjects)
            ? comparison.WithObjects(leftObjects, rightObjects)
            : comparison;
    }

    private async Task<ReadBundle> ReadHeaderAsync(RepoBundle bundle, CancellationToken cancellationToken)
    {
        if (bundle.IsEmpty)
        {
            return new ReadBundle(bundle, null);
        }

        var stream = bundle.OpenRead();
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                return new ReadBundle(bundle, await GitBundle.ReadHeaderAsync(stream, options.Limits.ToGitLimits(), cancellationToken).ConfigureAwait(false));
            }
            catch (GitDamagedException damage)
            {
                throw damage.ToInvalid();
            }
        }
    }

    /// <returns>How many objects each side has; <see langword="null"/> when they cannot be compared.</returns>
    private async Task<(long Left, long Right)?> CompareObjectsAsync(ReadBundle left, ReadBundle right, CancellationToken cancellationToken)
    {
        if (left.Header is not null && right.Header is not null)
        {
            if (left.Header.ObjectFormat != right.Header.ObjectFormat)
            {
                // Each ref differs already, and not one id could be the same.
                findings.Warn(CheckpointWarningCode.NotCompared, "The repositories' object formats differ: objects were not compared.");
                return null;
            }

            var leftPack = await GitBundle.ReadPackIdentityAsync(left.Bundle.FilePath!, left.Header, cancellationToken).ConfigureAwait(false);
            var rightPack = await GitBundle.ReadPackIdentityAsync(right.Bundle.FilePath!, right.Header, cancellationToken).ConfigureAwait(false);
            if (leftPack.Checksum == rightPack.Checksum)
            {
                return (leftPack.ObjectCount, rightPack.ObjectCount);
            }
        }

        var lefts = await ReadObjectsAsync(left.Bundle, cancellationToken).ConfigureAwait(false);
        var rights = await ReadObjectsAsync(right.Bundle, cancellationToken).ConfigureAwait(false);
        CompareObjects(lefts, rights);
        return (lefts.Count, rights.Count);
    }

    private async Task<GitObjectSet> ReadObjectsAsync(RepoBundle bundle, CancellationToken cancellationToken)
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
    private void CompareObjects(GitObjectSet left, GitObjectSet right)
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

    /// <summary>A bundle and its header, which the placeholder, a repository without refs, has not.</summary>
    private readonly record struct ReadBundle(RepoBundle Bundle, GitBundleHeader? Header);
}
