using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Format.Archive;

/// <summary>The bytes of an archive, counted and bounded. Not thread-safe; does not own the stream.</summary>
internal sealed class ArchiveSource(Stream source, CheckpointLimits limits, ArchiveProgress? progress)
{
    /// <summary>Gets how many bytes were taken.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Gets how many bytes more the archive may have.</summary>
    public long BytesLeft => limits.MaxArchiveBytes - BytesRead;

    /// <summary>Gets what the stream threw, if it did: such a failure is not the archive's.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets a value indicating whether the stream has ended.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Reads what there is; 0 at the end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            BytesRead += count;
            progress?.Advance(BytesRead);
        }
        catch (Exception failure)
        {
            Failure = failure;
            throw;
        }

        IsEnded = count == 0;
        return BytesRead <= limits.MaxArchiveBytes ? count : throw ArchiveFault.Limit($"the archive has more than {limits.MaxArchiveBytes} bytes");
    }

    /// <summary>Reads until the buffer is full or the stream ends.</summary>
    public async Task<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var count = await ReadAsync(buffer[filled..], cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            filled += count;
        }

        return filled;
    }
}
