using Eden.Git;

namespace Eden.Checkpoint.Repositories;

/// <summary>Says what faults of a bundle are in the terms of the checkpoint format.</summary>
internal static class BundleFaults
{
    /// <summary>Makes a violation of each fault.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="member">The bundle's name in the archive.</param>
    public static CheckpointViolation[] ToViolations(IReadOnlyList<GitFault> faults, string member)
        => [.. faults.Select(fault => CheckpointViolation.From(fault, member))];

    /// <summary>Returns what is odd about a bundle, with its name in the archive.</summary>
    public static IEnumerable<CheckpointWarning> ToWarnings(GitBundleInspection inspection, string member)
        => inspection.Warnings.Select(warning => new CheckpointWarning(CheckpointWarningCode.Repository, $"{member}: {warning}"));
}
