using Eden.Checkpoint.Model;
using Eden.Git;

namespace Eden.Checkpoint.Repositories;

/// <summary>Says what faults of a bundle are in the terms of the checkpoint format.</summary>
internal static class BundleFaults
{
    /// <summary>Makes a violation of each fault.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="member">The bundle's name in the archive.</param>
    public static CheckpointViolation[] ToViolations(IReadOnlyList<GitFault> faults, string member)
        => [.. faults.Select(fault => new CheckpointViolation(
            fault.Kind == GitFaultKind.Limit ? CheckpointRule.Limit : CheckpointRule.Bundle, member, null, fault.Subject, null, fault.Message))];

    /// <summary>Returns what is odd about a bundle, with its name in the archive.</summary>
    public static IEnumerable<string> ToWarnings(GitBundleInspection inspection, string member) => inspection.Warnings.Select(warning => $"{member}: {warning}");

    /// <summary>Makes of a damaged bundle, which is in no archive or was not read from one, the problem of spec §9.</summary>
    public static CheckpointInvalidException ToInvalid(this GitDamagedException damage)
        => new(ToViolations(damage.Faults, MemberNames.Standard.RepoBundle), damage.TotalFaults, damage);
}
