namespace Eden.Checkpoint;

/// <summary>The fields of records that name something in the experiment's repository.</summary>
public enum GitReferenceField
{
    /// <summary><c>variants.jsonl</c> <c>branch</c>: <c>refs/heads/&lt;branch&gt;</c> must be in the bundle (§12 rule 1).</summary>
    VariantBranch,

    /// <summary><c>variants.jsonl</c> <c>commit_sha</c> (§12 rule 2).</summary>
    VariantCommitSha,

    /// <summary><c>variants.jsonl</c> <c>variant_commit_sha</c> (§12 rule 3).</summary>
    VariantIntegratedCommitSha,

    /// <summary><c>ideas.jsonl</c> <c>parent_commits</c> (§12 rule 4).</summary>
    IdeaParentCommits,

    /// <summary><c>variants.jsonl</c> <c>parent_commits</c>; not part of the cross-reference check, so a miss is a warning.</summary>
    VariantParentCommits,

    /// <summary><c>experiment.json</c> <c>base_commit_sha</c>; a miss is a warning.</summary>
    ExperimentBaseCommitSha,

    /// <summary><c>submissions.jsonl</c> <c>commit_sha</c>; a miss is a warning.</summary>
    SubmissionCommitSha,
}
