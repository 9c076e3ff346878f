using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>14 objects a variant (two commits, six trees, six files) in a project of 75 files, two branches a variant, a merge every tenth, an annotated
/// tag every fiftieth.</summary>
internal sealed class LeanShape() : ExperimentShape("lean")
{
    private const long Start = 1_780_000_000;

    public override void Write(FastImportStream history, int variants)
    {
        var source = new LeanSource(20260501);
        var integrated = Commit("main", "seed", 0, 0, source.Seed());
        for (var index = 0; index < variants; index++)
        {
            var work = Commit(VariantNames.Work(index), Numbered("Try idea", index), integrated, 0, source.Attempt(index));
            var variant = Commit(
                VariantNames.ShortIntegrated(index), Numbered("Integrate variant", index), integrated, index % 10 == 9 ? work : 0, source.Integration(index));
            if (index % 50 == 49)
            {
                history.Tag(VariantNames.Tag(index), variant, Start + index);
            }

            if (index % 7 == 0)
            {
                integrated = variant;
            }
        }

        int Commit(string branch, string message, int from, int merge, IEnumerable<(string Path, string Content)> files)
        {
            var mark = history.Commit(branch, message, Start, from, merge);
            foreach (var (path, content) in files)
            {
                history.File(path, content);
            }

            return mark;
        }
    }

    private static string Numbered(string text, int number) => string.Create(CultureInfo.InvariantCulture, $"{text} {number}");
}
