namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>What the phases of <see cref="CheckpointProgress"/> are called here, and how their numbers read.</summary>
internal static class PhaseText
{
    public static string Name(CheckpointPhase phase) => phase switch
    {
        CheckpointPhase.Snapshot => "reading rows",
        CheckpointPhase.Sync => "syncing the clone",
        CheckpointPhase.Bundle => "making the bundle",
        CheckpointPhase.Validate => "checking the bundle",
        CheckpointPhase.Compare => "comparing",
        CheckpointPhase.Import => "writing rows",
        CheckpointPhase.Push => "pushing",
        CheckpointPhase.Artifacts => "storing artifacts",
        _ => "archive",
    };

    public static string Amount(CheckpointPhase phase, long amount) => phase switch
    {
        CheckpointPhase.Snapshot => Quantity.Of(amount, "row", "rows"),
        CheckpointPhase.Import => Quantity.Of(amount, "row", "rows"),
        CheckpointPhase.Compare => Quantity.Of(amount, "registry", "registries"),
        CheckpointPhase.Archive or CheckpointPhase.Push or CheckpointPhase.Artifacts => Quantity.Bytes(amount),
        _ => Quantity.Of(amount, "object", "objects"),
    };
}
