namespace Eden.Checkpoint;

/// <summary>The connection to the store broke during the commit of an import, and the store did not answer afterwards: the import took place as
/// a whole or not at all, and nobody can say yet which.</summary>
/// <remarks><see cref="ICheckpointImporter.FindPriorImportAsync"/> tells as soon as the store answers again. A repository that was restored
/// stays in its place with a mark of being unfinished; the next import into that path settles it.</remarks>
public sealed class ImportOutcomeUnknownException : CheckpointException
{
    /// <summary>Creates the failure with a message and an optional cause.</summary>
    /// <param name="message">What happened, without credentials.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ImportOutcomeUnknownException(string message, Exception? innerException = null)
        : base(CheckpointProblem.ImportOutcomeUnknown, message, innerException: innerException)
    {
    }
}
