using System.Collections.Immutable;
using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>An experiment as it evolves a project (<see cref="ProjectTree"/>): a variant starts from a good one of the newest or from <c>main</c>. The worker
/// edits one to five files on <c>work/*</c>; the integrator's squash on <c>variant/*</c> has the same files and adds the variant's own evaluation.</summary>
internal sealed class EvolvedShape() : ExperimentShape("evolved")
{
    private const long Start = 1_770_000_000;
    private const int Population = 200;
    private const int SecondsAVariant = 40;

    // One of so many variants starts from main; so many files are what the experiment is about, and one edit in five is of any other.
    private const int FromMain = 25;
    private const int CentralFiles = 80;

    public override IReadOnlyList<RepositoryPacking> UsualPackings => [RepositoryPacking.Gc, RepositoryPacking.Pushes];

    public override bool IsPushedBeforeGc => true;

    public override void Write(FastImportStream history, int variants)
    {
        var random = new Random(20260601);
        var code = new CodeText(random);
        var project = new ProjectTree(random, code);
        var main = new Candidate(history.Commit("main", "Import the project\n", Start), 0.5, ImmutableDictionary<int, string>.Empty);
        foreach (var file in project.Files)
        {
            history.File(file.Path, file.Content);
        }

        var central = Enumerable.Range(0, CentralFiles).Select(_ => random.Next(project.Files.Count)).ToArray();
        var newest = new List<Candidate>();
        for (var index = 0; index < variants; index++)
        {
            var parent = newest.Count == 0 || random.Next(FromMain) == 0 ? main : Better(newest[random.Next(newest.Count)], newest[random.Next(newest.Count)]);
            var edited = Enumerable.Range(0, random.Next(1, 6))
                .Select(_ => random.Next(5) == 0 ? random.Next(project.Files.Count) : central[random.Next(CentralFiles)])
                .Distinct()
                .ToDictionary(number => number, number => code.Edit(project.Files[number].Names, parent.Files.GetValueOrDefault(number, project.Files[number].Content)));
            var files = edited.Select((file, slot) => (project.Files[file.Key].Path, Mark: history.Content(slot, file.Value))).ToList();

            var about = project.Files[edited.Keys.First()];
            var time = Start + (index * (long)SecondsAVariant);
            history.Commit(VariantNames.Work(index), Attempt(code, about), time, parent.Mark, committer: Worker(random.Next(16)));
            files.ForEach(file => history.File(file.Path, file.Mark));

            var score = parent.Score + ((random.NextDouble() - 0.52) / 10);
            var mark = history.Commit(VariantNames.Integrated(index), Squash(code, about, index), time + (SecondsAVariant / 2), parent.Mark);
            files.ForEach(file => history.File(file.Path, file.Mark));
            history.File($".eden/variants/{VariantNames.Variant(index)}/evaluation.json", Evaluation(random, index, score));
            if (index % 500 == 499)
            {
                history.Tag(VariantNames.Tag(index), mark, time + SecondsAVariant);
            }

            newest.Add(new Candidate(mark, score, parent.Files.SetItems(edited)));
            if (newest.Count > Population)
            {
                newest.RemoveAt(0);
            }
        }
    }

    private static Candidate Better(Candidate one, Candidate other) => one.Score >= other.Score ? one : other;

    private static string Worker(int number) => string.Create(CultureInfo.InvariantCulture, $"Worker {number} <worker-{number}@lab.example.org>");

    private static string Attempt(CodeText code, ProjectFile about)
        => $"Try: {code.Sentence(about.Names)}\n\n{code.Sentence(about.Names)}\n{code.Sentence(about.Names)}\n";

    private static string Squash(CodeText code, ProjectFile about, int variant)
        => $"Integrate {VariantNames.Variant(variant)}\n\n{code.Sentence(about.Names)}\n\nIdea: {VariantNames.Idea(variant)}\nBranch: {VariantNames.Work(variant)}\n";

    private static string Evaluation(Random random, int variant, double score)
    {
        var runs = Enumerable.Range(0, 8).Select(run => string.Create(
            CultureInfo.InvariantCulture, $$"""    {"run": {{run}}, "score": {{score + (random.NextDouble() / 50):F6}}, "seconds": {{random.NextDouble() * 90:F3}}}"""));
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {
              "variant_id": "{{VariantNames.Variant(variant)}}",
              "idea_id": "{{VariantNames.Idea(variant)}}",
              "score": {{score:F6}},
              "runs": [
            {{string.Join(",\n", runs)}}
              ]
            }

            """);
    }

    /// <summary>A variant that others may start from.</summary>
    /// <param name="Mark">Its commit.</param>
    /// <param name="Score">How good it is.</param>
    /// <param name="Files">The files in which it differs from <c>main</c>, by number.</param>
    private sealed record Candidate(int Mark, double Score, ImmutableDictionary<int, string> Files);
}
