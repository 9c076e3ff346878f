using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The files of a made-up experiment: source text of 13 kilobytes that every variant edits in a few places of one function, parameters, a note,
/// and measurements that compress badly.</summary>
internal sealed class LeanSource(int seed)
{
    private static readonly string[] s_words =
    [
        "score", "cache", "window", "merge", "split", "rank", "prune", "seed", "graph", "queue", "token", "batch", "layer", "table", "route", "probe",
    ];

    private const int FileLines = 300;
    private const int EditedFrom = 120;
    private const int EditedLines = 40;
    private const int EditsAVariant = 4;

    private readonly Random _random = new(seed);
    private readonly List<string> _solver = [];
    private readonly List<string> _model = [];

    public IEnumerable<(string Path, string Content)> Seed()
    {
        for (var line = 0; line < FileLines; line++)
        {
            _solver.Add(Line());
            _model.Add(Line());
        }

        for (var file = 0; file < 24; file++)
        {
            yield return ($"src/lib/module_{file:D2}.py", Text(Enumerable.Range(0, 40).Select(_ => Line())));
            yield return ($"docs/page_{file:D2}.md", Sentences(20));
            yield return ($"config/set_{file:D2}.yaml", Measurements(20));
        }

        yield return ("src/solver.py", Text(_solver));
        yield return ("src/model.py", Text(_model));
        yield return ("README.md", Sentences(30));
    }

    /// <summary>What a worker commits: an edited program, its parameters, and a note on the idea.</summary>
    public IEnumerable<(string Path, string Content)> Attempt(int index)
    {
        yield return ("src/solver.py", Edited(_solver));
        yield return ("docs/params.yaml", $"# attempt {index}\n{Measurements(60)}");
        yield return ("docs/idea.md", Sentences(40));
    }

    /// <summary>What the integrator squashes: another file of the program, the evaluation, a report.</summary>
    public IEnumerable<(string Path, string Content)> Integration(int index)
    {
        yield return ("src/model.py", Edited(_model));
        yield return ("docs/evaluation.yaml", $"# variant {index}\n{Measurements(180)}");
        yield return ("docs/report.md", Sentences(40));
    }

    private static string Text(IEnumerable<string> lines) => string.Join('\n', lines) + "\n";

    private string Edited(List<string> lines)
    {
        // Workers try their ideas in one function; the rest of the file stays.
        for (var edit = 0; edit < EditsAVariant; edit++)
        {
            lines[EditedFrom + _random.Next(EditedLines)] = Line();
        }

        return Text(lines);
    }

    private string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"    {Word()}_{Word()} = {Word()}({Word()}, {_random.Next(1000)}) + {Word()}[{_random.Next(64)}]");

    private string Sentences(int count)
    {
        var text = new StringBuilder();
        for (var sentence = 0; sentence < count; sentence++)
        {
            text.Append(CultureInfo.InvariantCulture, $"The {Word()} of the {Word()} may {Word()} a {Word()} by {_random.Next(100)} percent.\n");
        }

        return text.ToString();
    }

    private string Measurements(int count)
    {
        var text = new StringBuilder();
        for (var line = 0; line < count; line++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Word()}: {_random.NextDouble():F9}\n");
        }

        return text.ToString();
    }

    private string Word() => s_words[_random.Next(s_words.Length)];
}
