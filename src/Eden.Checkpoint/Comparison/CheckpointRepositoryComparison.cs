namespace Eden.Checkpoint;

/// <summary>The result of comparing two repositories. Immutable.</summary>
public sealed class CheckpointRepositoryComparison
{
    /// <summary>Gets the number of refs on the left, <c>HEAD</c> not counted.</summary>
    public required long LeftRefs { get; init; }

    /// <summary>Gets the number of refs on the right, <c>HEAD</c> not counted.</summary>
    public required long RightRefs { get; init; }

    /// <summary>Gets the number of objects on the left; <see langword="null"/> when objects were not compared.</summary>
    public long? LeftObjects { get; init; }

    /// <summary>Gets the number of objects on the right; <see langword="null"/> when objects were not compared.</summary>
    public long? RightObjects { get; init; }

    /// <summary>Returns the same comparison of refs with the numbers of objects.</summary>
    internal CheckpointRepositoryComparison WithObjects(long left, long right)
        => new() { LeftRefs = LeftRefs, RightRefs = RightRefs, LeftObjects = left, RightObjects = right };
}
