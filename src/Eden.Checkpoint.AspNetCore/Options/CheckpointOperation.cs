namespace Eden.Checkpoint.AspNetCore;

/// <summary>The operation that a request asks for.</summary>
public enum CheckpointOperation
{
    /// <summary>Export a checkpoint; for the admin only.</summary>
    Export,

    /// <summary>Import a checkpoint; for the admin only.</summary>
    Import,

    /// <summary>Read the experiment's record; for the admin and every registered worker.</summary>
    ReadExperiment,
}
