namespace Eden.Checkpoint.Format.Archive;

/// <summary>Refuses an archive whose rest cannot be read.</summary>
internal static class ArchiveFault
{
    public static CheckpointInvalidException Structure(string message, Exception? cause = null)
        => new(new CheckpointViolation(CheckpointRule.ArchiveStructure, null, null, null, null, message), cause);

    public static CheckpointInvalidException Limit(string message)
        => new(new CheckpointViolation(CheckpointRule.Limit, null, null, null, null, message));
}
