using Eden.Git;

namespace Eden.Checkpoint.Repositories;

/// <summary>Says what faults of a bundle are in the terms of the checkpoint format.</summary>
internal static class BundleFaults
{
    /// <summary>The bundle's name in an archive.</summary>
    public const string Member = CheckpointViolation.BundleMember;

    /// <summary>Makes a violation of each fault.</summary>
    public static CheckpointViolation[] ToViolations(IReadOnlyList<GitFault> faults)
        => [.. faults.Select(static fault => CheckpointViolation.From(fault))];

    /// <summary>Returns what is odd about a bundle, with its name in an archive.</summary>
    public static IEnumerable<CheckpointWarning> ToWarnings(GitBundleInspection inspection)
        => inspection.Warnings.Select(static warning => new CheckpointWarning(CheckpointWarningCode.Repository, $"{Member}: {warning}"));
}
