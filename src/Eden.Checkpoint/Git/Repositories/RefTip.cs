using Eden.Checkpoint.Git.Objects;

namespace Eden.Checkpoint.Git.Repositories;

/// <summary>A ref and the object it names, symbolic refs followed.</summary>
internal readonly record struct RefTip(string Name, ObjectHash Target);
