namespace Eden.Git.Repositories;

/// <summary>An object, or a base of its delta, is larger than a reader may hold in memory. Never leaves the engine: <see cref="LargeObjects"/> reads it.</summary>
internal sealed class LargeObjectException() : Exception("The object is too large to be held in memory.");
