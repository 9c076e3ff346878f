namespace Eden.Checkpoint;

/// <summary>The rule of the checkpoint format that a <see cref="CheckpointViolation"/> breaks.</summary>
public enum CheckpointRule
{
    /// <summary>The archive is no readable tar, or its members are unsafe or misplaced (spec §1).</summary>
    ArchiveStructure,

    /// <summary>A file is missing, or one is there that the layout does not name (spec §1).</summary>
    Layout,

    /// <summary>The manifest breaks a rule of spec §2.</summary>
    Manifest,

    /// <summary>Bytes that should be JSON or JSON Lines are not, or carry duplicate names, a byte order mark or broken Unicode.</summary>
    Json,

    /// <summary>A record breaks a rule of its kind (spec §3, §4).</summary>
    Record,

    /// <summary>Two records of one file share an id (spec §4).</summary>
    DuplicateId,

    /// <summary>A record names another one that does not exist or does not fit (spec §4).</summary>
    RowReference,

    /// <summary>Two live tasks for one idea or variant (the store has unique indexes on them).</summary>
    LiveTask,

    /// <summary>Groups contain one another in a cycle (spec §4).</summary>
    GroupCycle,

    /// <summary>A variant's branch is not a branch of the bundle (spec §12, rule 1).</summary>
    BranchReference,

    /// <summary>A commit that a record names is not reachable from a ref of the bundle (spec §12, rules 2 to 4).</summary>
    CommitReference,

    /// <summary>The bundle is not whole: header, pack, checksums or objects (spec §12).</summary>
    Bundle,

    /// <summary>An artifact is missing or its bytes do not match its name (spec §8).</summary>
    Artifact,

    /// <summary>A limit of <see cref="CheckpointLimits"/> was passed.</summary>
    Limit,
}
