using Eden.Checkpoint.Diagnostics;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Repositories;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <inheritdoc cref="ICrossReferenceValidator"/>
/// <remarks>Stateless and thread-safe. The bundle is read in managed code; no git binary is needed.</remarks>
/// <example>
/// <code>
/// var references = new CheckpointReferences([new GitReference(GitReferenceField.VariantCommitSha, commitId, variantId)]);
/// var report = await new CrossReferenceValidator().ValidateAsync(RepoBundle.FromFile(bundlePath), references, cancellationToken: cancellationToken);
/// Console.WriteLine(report.IsValid ? "every commit is there" : string.Join(Environment.NewLine, report.Violations));
/// </code>
/// </example>
public sealed class CrossReferenceValidator : ICrossReferenceValidator
{
    private const int MaxAdvisoryWarnings = 20;

    /// <inheritdoc/>
    public async Task<CrossReferenceReport> ValidateAsync(
        RepoBundle bundle,
        CheckpointReferences references,
        CrossReferenceOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(references);
        options ??= new CrossReferenceOptions();
        if (bundle.IsEmpty)
        {
            return new CrossReferenceReport { Skipped = true };
        }

        var verify = new GitBundleVerifyOptions
        {
            Depth = options.Depth,
            Limits = options.Limits.ToGitLimits(),
            TemporaryDirectory = options.TemporaryDirectory,
            Progress = GitProgressRelay.To(options.Progress),
        };
        var inspection = await GitBundle.InspectAsync(bundle.FilePath!, verify, cancellationToken).ConfigureAwait(false);

        return Judge(inspection, references, options.Limits, cancellationToken);
    }

    /// <summary>Compares an inspected bundle with the references.</summary>
    internal static CrossReferenceReport Judge(
        GitBundleInspection inspection, CheckpointReferences references, CheckpointLimits limits, CancellationToken cancellationToken)
    {
        var violations = new ViolationList(limits.MaxViolations);
        var member = references.Names.RepoBundle;
        var warnings = BundleFaults.ToWarnings(inspection, member).ToList();
        violations.AddRange(BundleFaults.ToViolations(inspection.Faults, member), inspection.TotalFaults);
        if (inspection.HasCommitGraph)
        {
            // Without a graph every reference would be a miss, which says no more than that the bundle is unreadable.
            CheckReferences(inspection, references, violations, warnings, cancellationToken);
        }

        return new CrossReferenceReport
        {
            Violations = violations.Listed,
            TotalViolations = violations.Total,
            Warnings = warnings,
            RefCount = inspection.RefCount,
            ObjectCount = inspection.ObjectCount,
            ReachableCommitCount = inspection.ReachableCommitCount,
        };
    }

    private static void CheckReferences(
        GitBundleInspection inspection,
        CheckpointReferences references,
        ViolationList violations,
        List<CheckpointWarning> warnings,
        CancellationToken cancellationToken)
    {
        var member = references.Names.RepoBundle;
        var advisory = 0L;
        foreach (var target in references.Targets())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fault = target.Branch is { } branch ? BranchFault(inspection, branch, member) : CommitFault(inspection, target.Commit, member);
            if (fault is null)
            {
                continue;
            }

            var rule = target.Branch is null ? CheckpointRule.CommitReference : CheckpointRule.BranchReference;
            var listed = 0L;
            foreach (var owner in target.Owners())
            {
                if (owner.IsBinding)
                {
                    listed++;
                    violations.Add(rule, owner.Member, owner.Line, owner.RecordId, owner.FieldPath, fault);
                }
                else if (advisory++ < MaxAdvisoryWarnings)
                {
                    warnings.Add(new CheckpointWarning(
                        CheckpointWarningCode.Repository, $"{owner.Member}{(owner.Line is { } line ? $":{line}" : string.Empty)} {owner.RecordId} {owner.FieldPath}: {fault}"));
                }
            }

            violations.AddUnlisted(target.Binding - listed);
        }

        if (advisory > MaxAdvisoryWarnings)
        {
            warnings.Add(new CheckpointWarning(
                CheckpointWarningCode.Repository, $"{advisory - MaxAdvisoryWarnings} more references outside of the cross-reference check have no reachable commit in {member}."));
        }
    }

    private static string? BranchFault(GitBundleInspection inspection, string branch, string member)
        => inspection.FindRef($"refs/heads/{branch}") switch
        {
            GitRefStanding.Commit => null,
            GitRefStanding.NotACommit => $"refs/heads/{ShortText.Of(branch, 200)} of {member} does not resolve to a commit",
            _ => $"refs/heads/{ShortText.Of(branch, 200)} is not in {member}",
        };

    private static string? CommitFault(GitBundleInspection inspection, string commit, string member)
        => inspection.FindCommit(commit) switch
        {
            GitCommitStanding.Reachable => null,
            GitCommitStanding.Unreachable => $"commit {commit} is in {member}, but no ref reaches it",
            GitCommitStanding.NotACommit => $"object {commit} of {member} is not a commit",
            _ => $"commit {commit} is not in {member}",
        };
}
