namespace Eden.Git;

/// <summary>Whether a bundle has a ref, and for which object.</summary>
public enum GitRefStanding
{
    /// <summary>The bundle lists the ref and it names a commit.</summary>
    Commit,

    /// <summary>The bundle lists the ref, but it names no commit of the pack.</summary>
    NotACommit,

    /// <summary>The bundle does not list the ref.</summary>
    Absent,
}
