
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
        var relative = packLength > long.MaxValue / limits.MaxBundleInflation ? long.MaxValue : packLength * limits.MaxBundleInflation;
        return limits.MaxBundleInflatedBytes <= Math.Max(relative, limits.SmallBundleInflatedBytes)
            ? new InflationLimit(limits.MaxBundleInflatedBytes, nameof(GitLimits.MaxBundleInflatedBytes))
            : relative < limits.SmallBundleInflatedBytes
                ? new InflationLimit(limits.SmallBundleInflatedBytes, $"{nameof(GitLimits.SmallBundleInflatedBytes)}, for a pack of {packLength} bytes")
                : new InflationLimit(relative, $"{nameof(GitLimits.MaxBundleInflation)} {limits.MaxBundleInflation}, for a pack of {packLength} bytes");
    }

    /// <summary>Makes the error; without a place it stands for the pack as a whole.</summary>
    public PackDamageException Passed(long? offset)
    {
        var message = $"the objects inflate to more than {Bytes} bytes together; the limit is {_reason}";
        return offset is { } place ? PackDamageException.At(place, message, GitFaultKind.Limit) : new PackDamageException(message, null, GitFaultKind.Limit);
    }
}
