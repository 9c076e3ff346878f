namespace Eden.Checkpoint.Comparison;

/// <summary>What a report calls the rows of a registry.</summary>
internal static class RowObjectKind
{
    public static CheckpointObjectKind Of(RegistryKind kind) => kind switch
    {
        RegistryKind.Tasks => CheckpointObjectKind.Task,
        RegistryKind.Ideas => CheckpointObjectKind.Idea,
        RegistryKind.Variants => CheckpointObjectKind.Variant,
        RegistryKind.Submissions => CheckpointObjectKind.Submission,
        RegistryKind.Events => CheckpointObjectKind.Event,
        RegistryKind.Workers => CheckpointObjectKind.Worker,
        _ => CheckpointObjectKind.Group,
    };
}
