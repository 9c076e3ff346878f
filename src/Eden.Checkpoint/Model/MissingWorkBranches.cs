namespace Eden.Checkpoint;

/// <summary>How an export treats a variant whose work branch was deleted, for example after its integration.</summary>
public enum MissingWorkBranches
{
    /// <summary>The bundle holds the repository's refs and no others; the check of the export then refuses the missing branch (§12 rule 1).</summary>
    Refuse,

    /// <summary>The bundle lists <c>refs/heads/&lt;branch&gt;</c> at the variant's commit if the repository still has it, with a warning. The repository is not changed.</summary>
    RestoreFromCommit,
}
