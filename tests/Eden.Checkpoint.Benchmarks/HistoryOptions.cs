using System.CommandLine;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The options that say which repositories a command generates, and where.</summary>
internal sealed class HistoryOptions
{
    private readonly Option<int[]> _variants;
    private readonly Option<string[]> _shapes;
    private readonly Option<RepositoryPacking[]> _packings;
    private readonly Option<DirectoryInfo?> _keep;

    /// <param name="sizes">The sizes when none is named.</param>
    /// <param name="shapes">The shapes when none is named.</param>
    public HistoryOptions(int[] sizes, params string[] shapes)
    {
        _variants = new Option<int[]>("--variants")
        {
            Description = "Sizes of the generated repositories, in variants (about 14 objects each).",
            DefaultValueFactory = _ => sizes,
            AllowMultipleArgumentsPerToken = true,
        };
        _shapes = new Option<string[]>("--shape")
        {
            Description = "Their shapes: 'lean' is a small project, 'large-directories' has one that grows with each variant, 'evolved' is a project of 2,000 files.",
            DefaultValueFactory = _ => shapes,
            AllowMultipleArgumentsPerToken = true,
        };
        _shapes.AcceptOnlyFromAmong([.. ExperimentShape.All.Select(shape => shape.Name)]);
        _packings = new Option<RepositoryPacking[]>("--packing")
        {
            Description = "How they are packed: 'gc' in one pack, as by git gc; 'pushes' in a pack for each push of many variants. 'gc' when none is named, 'evolved' in both.",
            DefaultValueFactory = _ => [],
            AllowMultipleArgumentsPerToken = true,
        };
        _keep = new Option<DirectoryInfo?>("--keep") { Description = "Keeps (and reuses) the generated repositories in this directory." };
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_variants, _shapes, _packings, _keep])
        {
            command.Add(option);
        }
    }

    public IReadOnlyList<HistoryPlan> Plans(ParseResult result)
        => [.. HistoryPlan.List(result.GetRequiredValue(_shapes), result.GetRequiredValue(_packings), result.GetRequiredValue(_variants))];

    public string? Keep(ParseResult result) => result.GetValue(_keep)?.FullName;
}
