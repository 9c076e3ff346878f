namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>How a record uses a key. The order matters: what defines a key sorts before what refers to it.</summary>
internal enum KeyUse : byte
{
    /// <summary>The record has the key as its id.</summary>
    Definition,

    /// <summary>A submission is the task's.</summary>
    SubmissionTask,

    /// <summary>A task that is not finished works on the idea or variant.</summary>
    LiveTask,

    /// <summary>A finished task worked on the idea or variant.</summary>
    EndedTask,

    VariantIdea,
    SubmissionIdeas,
    SubmissionVariant,
    IdeaArtifact,
    VariantArtifact,
    VariantExecutorArtifact,
    SubmissionArtifact,

    /// <summary>A group has the display name.</summary>
    GroupName,

    /// <summary>The submission on the line is one of a task that is not completed.</summary>
    SubmissionState,

    /// <summary>The submission on the line breaks the success contract.</summary>
    SubmissionFault,

    /// <summary>As many faults of the submission on the line are not noted one by one.</summary>
    FurtherSubmissionFaults,
}
