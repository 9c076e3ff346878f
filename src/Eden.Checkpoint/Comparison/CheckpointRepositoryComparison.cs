namespace Eden.Checkpoint;

/// <summary>What was compared of the two repositories.</summary>
/// <param name="LeftRefs">The refs on the left, <c>HEAD</c> not counted.</param>
/// <param name="RightRefs">The refs on the right.</param>
/// <param name="LeftObjects">The objects on the left; <see langword="null"/> when objects were not compared.</param>
/// <param name="RightObjects">The objects on the right; <see langword="null"/> when objects were not compared.</param>
public sealed record CheckpointRepositoryComparison(long LeftRefs, long RightRefs, long? LeftObjects, long? RightObjects);
