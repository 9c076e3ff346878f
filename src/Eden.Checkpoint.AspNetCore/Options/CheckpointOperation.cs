namespace Eden.Checkpoint.AspNetCore;

/// <summary>What a request wants to do.</summary>
public enum CheckpointOperation
{
    /// <summary>Export a checkpoint; for the admin only.</summary>
    Export,

    /// <summary>Import a checkpoint; for the admin only.</summary>
    Import,

    /// <summary>Read the experiment's record; for the admin and every registered worker.</summary>
    ReadExperiment,
}
