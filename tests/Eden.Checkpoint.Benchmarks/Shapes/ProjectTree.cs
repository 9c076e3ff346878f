using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The files of a made-up project as large as real ones are: 2,000, in directories of up to 400, most of them short and a few long.</summary>
internal sealed class ProjectTree
{
    private const int ShortestFile = 15;
    private const int LongestFile = 1_500;

    private static readonly (string Folder, int Files)[] s_folders =
    [
        ("", 14), ("examples", 60), ("examples/guide", 90), ("scripts", 38), ("src", 12), ("src/core", 160), ("src/core/graph", 75), ("src/core/search", 110),
        ("src/core/solvers", 90), ("src/io", 64), ("src/io/formats", 96), ("src/model", 120), ("src/model/layers", 85), ("src/model/training", 48), ("src/runtime", 70),
        ("src/runtime/workers", 36), ("src/settings", 80), ("src/tools", 42), ("src/tools/report", 25), ("tests", 30), ("tests/cases", 400), ("tests/core", 110), ("tests/io", 55), ("tests/model", 90),
    ];

    public ProjectTree(Random random, CodeText code)
    {
        foreach (var (folder, count) in s_folders)
        {
            for (var number = 0; number < count; number++)
            {
                var names = code.PickNames();
                var lines = (int)Math.Clamp(60 / Math.Pow(random.NextDouble(), 0.7), ShortestFile, LongestFile);
                var name = string.Create(CultureInfo.InvariantCulture, $"{names[0]}_{number}.py");
                Files.Add(new ProjectFile(folder.Length == 0 ? name : $"{folder}/{name}", names, code.File(names, lines)));
            }
        }
    }

    public List<ProjectFile> Files { get; } = [];
}
