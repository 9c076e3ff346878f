namespace Eden.Git;

/// <summary>A commit that the receiver of an incremental bundle must already have.</summary>
/// <param name="ObjectId">The id of the commit, in lowercase hex.</param>
/// <param name="Comment">What the writer said about it, usually the commit's subject; empty when it said nothing.</param>
public readonly record struct GitBundlePrerequisite(string ObjectId, string Comment);
