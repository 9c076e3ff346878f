namespace Eden.Checkpoint;

/// <summary>The phases that <see cref="CheckpointProgress"/> reports.</summary>
public enum CheckpointPhase
{
    /// <summary>Rows are read from the store and checked; the unit is rows.</summary>
    Snapshot,

    /// <summary>The clone is synced with the remote of record; the unit is git objects.</summary>
    Sync,

    /// <summary>The bundle is made; the unit is git objects.</summary>
    Bundle,

    /// <summary>The bundle is checked against the rows; the unit is git objects.</summary>
    Validate,

    /// <summary>The archive is written or read; the unit is bytes.</summary>
    Archive,

    /// <summary>Two checkpoints are compared; the unit is registries.</summary>
    Compare,

    /// <summary>Rows are written to the receiving store; the unit is rows.</summary>
    Import,

    /// <summary>The repository is pushed to the remote of record; the unit is bytes.</summary>
    Push,

    /// <summary>Artifacts are handed to the receiver's sink; the unit is bytes.</summary>
    Artifacts,
}
