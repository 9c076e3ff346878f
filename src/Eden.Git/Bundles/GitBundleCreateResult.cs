namespace Eden.Git;

/// <summary>What <c>GitBundle.CreateAsync</c> wrote.</summary>
/// <param name="RefCount">The number of refs listed, HEAD included.</param>
/// <param name="ObjectCount">The number of objects in the pack.</param>
/// <param name="Length">The length of the bundle, in bytes.</param>
/// <param name="Warnings">What was left out or kept as it is, and why; empty when there is nothing to say.</param>
public sealed record GitBundleCreateResult(long RefCount, long ObjectCount, long Length, IReadOnlyList<string> Warnings)
{
    /// <summary>Gets a value indicating whether the repository has no refs at all: nothing was written.</summary>
    public bool IsEmpty => RefCount == 0;
}
