using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>A ref as it is stored: an object id, or the name of another ref. Names are <see cref="RefText"/>.</summary>
internal readonly record struct RefValue(string Name, ObjectHash Target, string? SymbolicTarget)
{
    public static IComparer<RefValue> ByName { get; } = Comparer<RefValue>.Create((left, right) => string.CompareOrdinal(left.Name, right.Name));
}
