using Eden.Git;

namespace Eden.Checkpoint.Repositories;

/// <summary>Passes the git engine's progress on as a checkpoint's.</summary>
internal sealed class GitProgressRelay(IProgress<CheckpointProgress> progress) : IProgress<GitProgress>
{
    /// <summary>Returns a relay; <see langword="null"/> when nobody listens.</summary>
    public static GitProgressRelay? To(IProgress<CheckpointProgress>? progress) => progress is null ? null : new GitProgressRelay(progress);

    public void Report(GitProgress value) => progress.Report(CheckpointProgress.From(value));
}
