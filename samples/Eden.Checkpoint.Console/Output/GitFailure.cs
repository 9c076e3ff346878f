using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>Failures of the git engine as this program tells them: by the problems of the checkpoint format.</summary>
internal static class GitFailure
{
    /// <summary>Says what a failure means to the operator.</summary>
    public static Failure Of(GitException exception) => exception is GitDamagedException { TotalFaults: > 0 } damage
        ? new Failure(CheckpointProblem.CheckpointInvalid.Type, damage.Message, ConsoleHost.ExitCode.Invalid, false, Violations(damage.Faults), damage.TotalFaults)
        : new Failure(CheckpointProblem.RepoUnavailable.Type, exception.Message, ConsoleHost.ExitCode.Unavailable, exception.IsTransient, [], 0);

    /// <summary>Lists the faults of a bundle like the violations of an archive.</summary>
    public static IReadOnlyList<CheckpointViolation> Violations(IReadOnlyList<GitFault> faults)
        => [.. faults.Select(fault => new CheckpointViolation(
            fault.Kind == GitFaultKind.Limit ? CheckpointRule.Limit : CheckpointRule.Bundle, "repo.bundle", null, fault.Subject, null, fault.Message))];
}
