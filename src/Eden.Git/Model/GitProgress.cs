namespace Eden.Git;

/// <summary>A step of a long operation.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="Completed">How much of it is done, in the phase's unit.</param>
/// <param name="Total">How much there is; <see langword="null"/> when it is not known beforehand.</param>
/// <param name="Item">What is at hand, for example a remote; <see langword="null"/> when there is nothing to name.</param>
public readonly record struct GitProgress(GitPhase Phase, long Completed, long? Total, string? Item = null);
