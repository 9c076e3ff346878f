namespace Eden.Git;

/// <summary>A ref that a bundle lists.</summary>
/// <param name="Name">The full name, for example <c>refs/heads/main</c>, or <c>HEAD</c>. Bytes that are not UTF-8 appear as U+FFFD.</param>
/// <param name="ObjectId">The id of the object it names, in lowercase hex.</param>
public readonly record struct GitBundleRef(string Name, string ObjectId);
