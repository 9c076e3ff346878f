namespace Eden.Git;

/// <summary>Whether a bundle has an object as a reachable commit.</summary>
public enum GitCommitStanding
{
    /// <summary>A commit that a ref reaches by parent links, through annotated tags too.</summary>
    Reachable,

    /// <summary>A commit in the pack that no ref reaches.</summary>
    Unreachable,

    /// <summary>In the pack, but a tree, blob or tag.</summary>
    NotACommit,

    /// <summary>Not in the pack.</summary>
    Absent,
}
