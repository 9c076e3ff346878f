namespace Eden.Checkpoint;

/// <summary>One of the seven registries of an experiment, in the order in which an archive carries them (spec §3, §4).</summary>
public enum RegistryKind
{
    /// <summary><c>tasks.jsonl</c>, ordered by <c>task_id</c>.</summary>
    Tasks,

    /// <summary><c>ideas.jsonl</c>, ordered by <c>idea_id</c>.</summary>
    Ideas,

    /// <summary><c>variants.jsonl</c>, ordered by <c>variant_id</c>.</summary>
    Variants,

    /// <summary><c>submissions.jsonl</c>, ordered by <c>task_id</c>.</summary>
    Submissions,

    /// <summary><c>events.jsonl</c>, in append order, which is part of the content.</summary>
    Events,

    /// <summary><c>workers.jsonl</c>, ordered by <c>worker_id</c>; never with a credential.</summary>
    Workers,

    /// <summary><c>groups.jsonl</c>, ordered by <c>group_id</c>.</summary>
    Groups,
}
