namespace Eden.Git;

/// <summary>The result of a sync. Immutable.</summary>
/// <param name="Path">The clone's full path.</param>
/// <param name="WasCreated">Whether the clone was made by this sync.</param>
/// <param name="RefCount">How many refs the remote advertises, and the clone has now; <c>HEAD</c> is not counted.</param>
/// <param name="ChangedRefs">How many of them are new or were moved.</param>
/// <param name="PrunedRefs">How many refs were removed because the remote no longer has them.</param>
/// <param name="ReceivedObjects">How many git objects came over.</param>
/// <param name="DefaultBranch">The full name of the ref that the remote's <c>HEAD</c> points to; <see langword="null"/> when it did not say.</param>
public sealed record LocalCloneResult(
    string Path, bool WasCreated, long RefCount, long ChangedRefs, long PrunedRefs, long ReceivedObjects, string? DefaultBranch);
