using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>A ref and the object it names, symbolic refs followed. The name is <see cref="RefText"/>.</summary>
internal readonly record struct RefTip(string Name, ObjectHash Target);
