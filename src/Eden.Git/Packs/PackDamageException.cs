using Eden.Checkpoint;

namespace Eden.Git.Packs;

/// <summary>The pack breaks its format or a limit at a place that is known. Never leaves the engine: the inspector turns it into a violation.</summary>
internal sealed class PackDamageException(string message, string? record = null, CheckpointRule rule = CheckpointRule.Bundle) : Exception(message)
{
    public CheckpointRule Rule { get; } = rule;

    /// <summary>Gets the object or the place: an id, or "pack offset N".</summary>
    public string? Record { get; } = record;

    /// <summary>Gets the offset of the entry at fault; <see langword="null"/> when the pack as a whole is.</summary>
    public long? Offset { get; private init; }

    public static PackDamageException At(long offset, string message, CheckpointRule rule = CheckpointRule.Bundle)
        => new(message, Place(offset), rule) { Offset = offset };

    public static string Place(long offset) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"pack offset {offset}");

    /// <summary>Says in words why a stream did not inflate.</summary>
    public static string Describe(InflateStatus status) => status switch
    {
        InflateStatus.Truncated => "the compressed data ends too early",
        InflateStatus.TooLong => "the compressed data holds more than the declared size",
        InflateStatus.TooShort => "the compressed data holds less than the declared size",
        InflateStatus.ChecksumMismatch => "the Adler-32 of the compressed data is wrong",
        _ => "the compressed data is malformed",
    };
}
