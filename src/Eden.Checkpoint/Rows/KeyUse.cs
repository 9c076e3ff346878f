namespace Eden.Checkpoint.Rows;

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
}
