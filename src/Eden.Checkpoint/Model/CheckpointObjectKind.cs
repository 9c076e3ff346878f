namespace Eden.Checkpoint;

/// <summary>A part of a checkpoint that a comparison looks at.</summary>
public enum CheckpointObjectKind
{
    /// <summary>The manifest; only archives have one.</summary>
    Manifest,

    /// <summary>The experiment's config, compared byte for byte; only archives have one.</summary>
    ExperimentConfig,

    /// <summary>The experiment's runtime record, <c>experiment.json</c>.</summary>
    Experiment,

    /// <summary>A task.</summary>
    Task,

    /// <summary>An idea.</summary>
    Idea,

    /// <summary>A variant.</summary>
    Variant,

    /// <summary>A submission, named by its task's id.</summary>
    Submission,

    /// <summary>An event. Its place in the log is part of it.</summary>
    Event,

    /// <summary>A worker.</summary>
    Worker,

    /// <summary>A group.</summary>
    Group,

    /// <summary>A ref of the repository.</summary>
    Ref,

    /// <summary>An object of the repository: a commit, tree, blob or tag.</summary>
    GitObject,
}
