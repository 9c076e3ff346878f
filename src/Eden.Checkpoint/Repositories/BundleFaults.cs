using Eden.Git;

namespace Eden.Checkpoint.Repositories;

/// <summary>Says what faults of a bundle are in the terms of the checkpoint format.</summary>
internal static class BundleFaults
{
    /// <summary>The bundle's name in an archive.</summary>
    public const string Member = "repo.bundle";

    /// <summary>Makes a violation of each fault.</summary>
    public static CheckpointViolation[] ToViolations(IReadOnlyList<GitFault> faults)
        => [.. faults.Select(fault => new CheckpointViolation(
            fault.Kind == GitFaultKind.Limit ? CheckpointRule.Limit : CheckpointRule.Bundle, Member, null, fault.Subject, null, fault.Message))];

    /// <summary>Returns what is odd about a bundle, with its name in an archive.</summary>
    public static IEnumerable<string> ToWarnings(GitBundleInspection inspection) => inspection.Warnings.Select(static warning => $"{Member}: {warning}");

    /// <summary>Makes of a damaged bundle the problem of spec §9.</summary>
    public static CheckpointInvalidException ToInvalid(this GitDamagedException damage)
        => new(ToViolations(damage.Faults), damage.TotalFaults, damage);
}
