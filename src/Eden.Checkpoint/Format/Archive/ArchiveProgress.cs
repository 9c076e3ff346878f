namespace Eden.Checkpoint.Format.Archive;

/// <summary>Tells how far the writing or reading of an archive has come: at every member, inside of long ones, and at the end. Not thread-safe.</summary>
/// <param name="progress">Is told, if anyone.</param>
/// <param name="total">The length of the archive in bytes, when it is known.</param>
internal sealed class ArchiveProgress(IProgress<CheckpointProgress>? progress, long? total)
{
    /// <summary>How many bytes go by between two reports at most, besides one buffer.</summary>
    internal const long Interval = 4 << 20;

    private string? _member;
    private long _next = Interval;

    /// <summary>Names the member at hand.</summary>
    public void Name(string? member) => _member = member;

    /// <summary>Reports when enough bytes went by since the last time.</summary>
    public void Advance(long bytes)
    {
        if (bytes >= _next)
        {
            Report(bytes);
        }
    }

    /// <summary>Reports the progress.</summary>
    public void Report(long bytes)
    {
        _next = bytes + Interval;
        progress?.Report(new CheckpointProgress(CheckpointPhase.Archive, bytes, total, _member));
    }
}
