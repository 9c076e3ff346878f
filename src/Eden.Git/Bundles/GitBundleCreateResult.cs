namespace Eden.Git;

/// <summary>The result of <c>GitBundle.CreateAsync</c>. Immutable.</summary>
public sealed class GitBundleCreateResult
{
    /// <summary>Gets the number of refs listed, HEAD included.</summary>
    public long RefCount { get; init; }

    /// <summary>Gets the number of objects in the pack.</summary>
    public long ObjectCount { get; init; }

    /// <summary>Gets the length of the bundle, in bytes.</summary>
    public long Length { get; init; }

    /// <summary>Gets what was left out or kept as it is, and why; empty when there is nothing to say.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Gets a value indicating whether the repository has no refs at all: nothing was written.</summary>
    public bool IsEmpty => RefCount == 0;
}
