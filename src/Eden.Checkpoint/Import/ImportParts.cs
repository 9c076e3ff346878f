namespace Eden.Checkpoint.Import;

/// <summary>What an import has on disk while it works. Disposing it removes that, the newest first. Not thread-safe.</summary>
internal sealed class ImportParts : IDisposable
{
    private readonly LinkedList<IDisposable> _parts = new();

    /// <summary>Adds a part.</summary>
    public T Own<T>(T part)
        where T : IDisposable
    {
        _parts.AddFirst(part);
        return part;
    }

    /// <summary>Adds a part that the others are made from: it goes after them.</summary>
    public T OwnLast<T>(T part)
        where T : IDisposable
    {
        _parts.AddLast(part);
        return part;
    }

    /// <summary>Removes everything; what cannot be removed is a warning each. The next process that works in the same place removes it.</summary>
    public IReadOnlyList<CheckpointWarning> TryDispose()
    {
        var warnings = new List<CheckpointWarning>();
        while (Take() is { } part)
        {
            try
            {
                part.Dispose();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                warnings.Add(new CheckpointWarning(
                    CheckpointWarningCode.Leftover, $"The import has taken place, but not all of its temporary files could be removed: {failure.Message}"));
            }
        }

        return warnings;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Take() is { } part)
        {
            try
            {
                part.Dispose();
            }
            finally
            {
                Dispose();
            }
        }
    }

    private IDisposable? Take()
    {
        var first = _parts.First?.Value;
        if (first is not null)
        {
            _parts.RemoveFirst();
        }

        return first;
    }
}
