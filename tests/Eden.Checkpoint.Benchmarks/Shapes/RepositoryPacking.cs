namespace Eden.Checkpoint.Benchmarks;

/// <summary>How the objects of a generated repository lie in packs.</summary>
internal enum RepositoryPacking
{
    /// <summary>One pack, as after <c>git gc</c>.</summary>
    Gc,

    /// <summary>As a git host has them between two such runs: a pack for each push that was joined from many, thin and completed by index-pack.</summary>
    Pushes,
}
