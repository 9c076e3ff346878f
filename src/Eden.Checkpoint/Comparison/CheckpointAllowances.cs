namespace Eden.Checkpoint;

/// <summary>The differences that an import may make (spec §9, round trip). Everything else must be equal.</summary>
[Flags]
public enum CheckpointAllowances
{
    /// <summary>Nothing: both sides must be equal to the last value.</summary>
    None = 0,

    /// <summary>The experiment's id, where a record's <c>experiment_id</c> or a task's <c>payload.experiment_id</c> holds its own side's.</summary>
    ExperimentId = 1,

    /// <summary>A task that was <c>claimed</c> is <c>pending</c> and has no <c>claim</c>.</summary>
    ClaimReverted = 2,

    /// <summary>An event at the same place in the log, equal otherwise, has another <c>event_id</c>.</summary>
    EventId = 4,

    /// <summary>The <c>artifacts_uri</c> and <c>executor_artifacts_uri</c> of ideas, variants and submissions were rewritten: both are there and
    /// do not name different bytes. <c>checkpoint:sha256:</c> and <c>eden://artifacts/sha256/</c> say which bytes they name; others do not.</summary>
    ArtifactUri = 8,

    /// <summary>Credentials, which exist in stores only: those of workers, issued anew, and what of them or of claims stands in the rows of a store,
    /// which exports leave out. They are counted, never shown.</summary>
    Credentials = 16,

    /// <summary>The experiment's <c>imported_from</c>.</summary>
    ImportedFrom = 32,

    /// <summary>The experiment's display name: a receiver keeps its own.</summary>
    DisplayName = 64,

    /// <summary>The manifest, which describes the archive: when and by whom it was made, its paths, its source.</summary>
    Manifest = 128,

    /// <summary>A decision that one side's <c>dispatch_mode</c> leaves out and the other spells out with its default.</summary>
    DispatchModeDefault = 256,

    /// <summary>A member that one side's group names more than once: an import keeps it once.</summary>
    RepeatedMember = 512,

    /// <summary>All of the flags.</summary>
    All = ExperimentId | ClaimReverted | EventId | ArtifactUri | Credentials | ImportedFrom | DisplayName | Manifest | DispatchModeDefault | RepeatedMember,
}
