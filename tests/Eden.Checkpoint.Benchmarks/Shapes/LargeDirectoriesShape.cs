using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>A directory that grows: every third variant is the parent of the next ones, so <c>.eden/variants</c> has an entry more in each that follows.
/// 14 objects a variant: the worker's file, the integrator's merge with another version of it and the evaluation.</summary>
internal sealed class LargeDirectoriesShape() : ExperimentShape("large-directories")
{
    private const long Start = 1_760_000_000;
    private const int FileBytes = 2_000;

    private static readonly string[] s_words = [.. Enumerable.Range(0, 500).Select(number => string.Create(CultureInfo.InvariantCulture, $"word{number}"))];

    public override bool KeepsImportedDeltas => true;

    public override void Write(FastImportStream history, int variants)
    {
        var random = new Random(7);
        var integrated = history.Commit("main", "seed", Start);
        history.File("README.md", Text(random, 4 * FileBytes));
        for (var folder = 0; folder < 8; folder++)
        {
            history.File(string.Create(CultureInfo.InvariantCulture, $"src/m{folder}/base.py"), Text(random, FileBytes));
        }

        for (var index = 0; index < variants; index++)
        {
            var file = string.Create(CultureInfo.InvariantCulture, $"src/m{index % 8}/f{index % 97}.py");
            var work = history.Commit(VariantNames.Work(index), string.Create(CultureInfo.InvariantCulture, $"work {index}"), Start + index, integrated);
            history.File(file, Text(random, FileBytes));
            var variant = history.Commit(
                VariantNames.ShortIntegrated(index), string.Create(CultureInfo.InvariantCulture, $"variant {index}"), Start + index, integrated, work);
            history.File(
                string.Create(CultureInfo.InvariantCulture, $".eden/variants/v{index}/evaluation.json"),
                string.Create(CultureInfo.InvariantCulture, $$"""{"score": {{index}}}"""));
            history.File(file, Text(random, FileBytes));
            if (index % 3 == 0)
            {
                integrated = variant;
            }
        }
    }

    private static string Text(Random random, int bytes)
    {
        var text = new StringBuilder();
        for (var word = 0; word < bytes / 7; word++)
        {
            text.Append(word == 0 ? "" : " ").Append(s_words[random.Next(s_words.Length)]);
        }

        return text.ToString();
    }
}
