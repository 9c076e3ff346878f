using Eden.Checkpoint.Format.Manifest;

namespace Eden.Checkpoint;

/// <summary>The row counts that a manifest states (spec §5). Informative: the lines of the files rule. Immutable.</summary>
/// <remarks>A manifest may state a count of any size; one beyond 64 bits reads as <see cref="long.MaxValue"/>.</remarks>
public sealed record CheckpointManifestCounts
{
    /// <summary>Gets the number of tasks, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Tasks { get; init => field = NotNegative(value); }

    /// <summary>Gets the number of ideas, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Ideas { get; init => field = NotNegative(value); }

    /// <summary>Gets the number of variants, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Variants { get; init => field = NotNegative(value); }

    /// <summary>Gets the number of submissions, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Submissions { get; init => field = NotNegative(value); }

    /// <summary>Gets the number of events, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Events { get; init => field = NotNegative(value); }

    /// <summary>Gets the number of workers, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Workers { get; init => field = NotNegative(value); }

    /// <summary>Gets the number of groups, 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long Groups { get; init => field = NotNegative(value); }

    /// <summary>Gets the keys that this library does not know.</summary>
    internal UnknownKeys Unknown { get; init; } = UnknownKeys.None;

    /// <summary>Gets the number of rows of one registry.</summary>
    /// <param name="kind">The registry.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such registry.</exception>
    public long this[RegistryKind kind] => kind switch
    {
        RegistryKind.Tasks => Tasks,
        RegistryKind.Ideas => Ideas,
        RegistryKind.Variants => Variants,
        RegistryKind.Submissions => Submissions,
        RegistryKind.Events => Events,
        RegistryKind.Workers => Workers,
        RegistryKind.Groups => Groups,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry."),
    };

    /// <summary>Counts every registry by a function.</summary>
    internal static CheckpointManifestCounts From(Func<RegistryKind, long> count) => new()
    {
        Tasks = count(RegistryKind.Tasks),
        Ideas = count(RegistryKind.Ideas),
        Variants = count(RegistryKind.Variants),
        Submissions = count(RegistryKind.Submissions),
        Events = count(RegistryKind.Events),
        Workers = count(RegistryKind.Workers),
        Groups = count(RegistryKind.Groups),
    };

    private static long NotNegative(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value;
    }
}
