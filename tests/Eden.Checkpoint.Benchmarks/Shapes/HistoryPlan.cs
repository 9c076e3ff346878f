using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Which repository to generate.</summary>
internal sealed record HistoryPlan(ExperimentShape Shape, RepositoryPacking Packing, int Variants)
{
    /// <summary>Lists the repositories that a command asks for: every size of every shape, in its usual packings when none is named.</summary>
    public static IEnumerable<HistoryPlan> List(IReadOnlyList<string> shapes, IReadOnlyList<RepositoryPacking> packings, IReadOnlyList<int> sizes)
        => from shape in ExperimentShape.All
           where shapes.Contains(shape.Name)
           from size in sizes
           from packing in packings.Count > 0 ? packings : shape.UsualPackings
           select new HistoryPlan(shape, packing, size);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Shape.Name.Replace('-', ' ')}, {Variants:N0} variants{(Packing == RepositoryPacking.Pushes ? ", pushes" : "")}");
}
