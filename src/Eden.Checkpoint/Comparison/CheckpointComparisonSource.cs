using Eden.Checkpoint.Comparison;

namespace Eden.Checkpoint;

/// <summary>One side of a comparison: an archive or a store. Immutable.</summary>
public abstract class CheckpointComparisonSource
{
    private protected CheckpointComparisonSource(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>Gets what messages call this side.</summary>
    public string Name { get; }

    /// <summary>Takes an archive in a file. It is verified in full before it is compared.</summary>
    /// <param name="archivePath">The file; it must not change during the comparison.</param>
    /// <param name="name">What messages call it; <see langword="null"/> for the file's name.</param>
    public static CheckpointComparisonSource FromArchive(string archivePath, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(archivePath);
        return new ArchiveComparisonSource(archivePath, name ?? Path.GetFileName(archivePath));
    }

    /// <summary>Takes an archive from a stream, read once, forward only, from its current position to its end. It is verified in full before it is compared.</summary>
    /// <param name="archive">Readable, need not seek, left open. A source made of it serves one comparison.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    public static CheckpointComparisonSource FromArchive(Stream archive, string name = "archive")
    {
        ArgumentNullException.ThrowIfNull(archive);
        return archive.CanRead
            ? new ArchiveComparisonSource(archive, name)
            : throw new ArgumentException("The archive cannot be read.", nameof(archive));
    }

    /// <summary>Takes a store as it is when the comparison reaches it: one snapshot, held only while its rows are copied to a temporary file.</summary>
    /// <param name="store">The store.</param>
    /// <param name="repositoryPath">The experiment's repository, bundled after the snapshot has ended; <see langword="null"/> when the repositories are not to be compared.</param>
    /// <param name="name">What messages call it.</param>
    public static CheckpointComparisonSource FromStore(ICheckpointStore store, string? repositoryPath = null, string name = "store")
    {
        ArgumentNullException.ThrowIfNull(store);
        return new StoreComparisonSource(store, repositoryPath, name);
    }

    /// <summary>Copies this side's rows and bundle into the directory.</summary>
    internal abstract Task<ComparisonSide> ReadAsync(ComparisonReading reading, CancellationToken cancellationToken);
}
