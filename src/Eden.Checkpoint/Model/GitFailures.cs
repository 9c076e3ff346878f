using Eden.Git;

namespace Eden.Checkpoint.Model;

/// <summary>Says what failures of the git engine are in the terms of the checkpoint format.</summary>
internal static class GitFailures
{
    /// <summary>Makes of a damaged bundle the problem of spec §9.</summary>
    public static CheckpointInvalidException ToInvalid(this GitDamagedException damage)
        => new([.. damage.Faults.Select(static fault => CheckpointViolation.From(fault))], damage.TotalFaults, damage);

    /// <summary>Makes of a failure the problem of spec §9, with its message and whether trying again can help.</summary>
    public static CheckpointRepoUnavailableException ToUnavailable(this GitException failure)
        => new(failure.Message, failure) { IsRetryable = failure.IsTransient, RetryAfter = failure.RetryAfter };
}
