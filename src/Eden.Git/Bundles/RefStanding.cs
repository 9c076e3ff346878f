namespace Eden.Git.Bundles;

/// <summary>What a bundle says of a ref name.</summary>
internal enum RefStanding
{
    /// <summary>The bundle lists the ref and it names a commit.</summary>
    Commit,

    /// <summary>The bundle lists the ref, but it names no commit of the pack.</summary>
    NotACommit,

    /// <summary>The bundle does not list the ref.</summary>
    Absent,
}
