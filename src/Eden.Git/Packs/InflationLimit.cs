
namespace Eden.Git.Packs;

/// <summary>How many bytes the objects of one pack may inflate to, together: so many times the pack's own size, between a least and a most.</summary>
internal readonly record struct InflationLimit
{
    private readonly string _reason;

    private InflationLimit(long bytes, string reason)
    {
        Bytes = bytes;
        _reason = reason;
    }

    public long Bytes { get; }

    public static InflationLimit Of(GitLimits limits, long packLength)
    {
        var relative = packLength > long.MaxValue / limits.MaxInflation ? long.MaxValue : packLength * limits.MaxInflation;
        return limits.MaxInflatedBytes <= Math.Max(relative, limits.SmallInflatedBytes)
            ? new InflationLimit(limits.MaxInflatedBytes, nameof(GitLimits.MaxInflatedBytes))
            : relative < limits.SmallInflatedBytes
                ? new InflationLimit(limits.SmallInflatedBytes, $"{nameof(GitLimits.SmallInflatedBytes)}, for a pack of {packLength} bytes")
                : new InflationLimit(relative, $"{nameof(GitLimits.MaxInflation)} {limits.MaxInflation}, for a pack of {packLength} bytes");
    }

    /// <summary>Makes the error; without a place it stands for the pack as a whole.</summary>
    public PackDamageException Passed(long? offset)
    {
        var message = $"the objects inflate to more than {Bytes} bytes together; the limit is {_reason}";
        return offset is { } place ? PackDamageException.At(place, message, GitFaultKind.Limit) : new PackDamageException(message, null, GitFaultKind.Limit);
    }
}
