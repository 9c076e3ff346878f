namespace Eden.Checkpoint;

/// <summary>What becomes of a variant whose work branch was deleted, for example after its integration.</summary>
public enum MissingWorkBranches
{
    /// <summary>The bundle holds the repository's refs and no others; the check of the export then refuses the missing branch (§12 rule 1).</summary>
    Refuse,

    /// <summary>When the repository still has the variant's commit, the bundle lists <c>refs/heads/&lt;branch&gt;</c> at that commit, with a warning. The repository is not changed.</summary>
    RestoreFromCommit,
}
