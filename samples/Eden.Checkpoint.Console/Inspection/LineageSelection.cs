namespace Eden.Checkpoint.ConsoleHost.Inspection;

/// <summary>The part of a lineage that is drawn.</summary>
/// <param name="Lineage">The variants.</param>
/// <param name="Origins">The commits that no held variant made, each with the variants made from it.</param>
/// <param name="Children">Who was made from whom, by position.</param>
/// <param name="Chosen">The positions that are drawn.</param>
internal sealed record LineageSelection(
    Lineage Lineage,
    IReadOnlyList<(string? Commit, List<int> Variants)> Origins,
    IReadOnlyDictionary<int, List<int>> Children,
    IReadOnlySet<int> Chosen);
