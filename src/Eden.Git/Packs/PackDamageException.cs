using Eden.Git.Inflation;


namespace Eden.Git.Packs;

/// <summary>The pack breaks its format or a limit at a place that is known. Never leaves the engine: the inspector turns it into a fault.</summary>
internal sealed class PackDamageException(string message, string? objectId = null, GitFaultKind kind = GitFaultKind.Damage) : Exception(message)
{
    public GitFaultKind Kind { get; } = kind;

    /// <summary>Gets the id of the object at fault, where it is known.</summary>
    public string? ObjectId { get; } = objectId;

    /// <summary>Gets the offset of the entry at fault; <see langword="null"/> when the pack as a whole is.</summary>
    public long? Offset { get; private init; }

    public static PackDamageException At(long offset, string message, GitFaultKind kind = GitFaultKind.Damage)
        => new(message, null, kind) { Offset = offset };

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
