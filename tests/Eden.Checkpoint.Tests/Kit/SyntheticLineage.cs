using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Which variant descends from which, and the git repository that says the same. Everything follows from the seed.</summary>
internal sealed class SyntheticLineage
{
    private const int BaseMark = 1;
    private readonly int[][] _parentMarks;
    private readonly string[] _commits;

    private SyntheticLineage(int[][] parentMarks)
    {
        _parentMarks = parentMarks;
        _commits = new string[CommitCount(parentMarks.Length) + 1];
    }

    public int Variants => _parentMarks.Length;

    /// <summary>Gets the seed commit, the tip of <c>main</c>.</summary>
    public string BaseCommit => _commits[BaseMark];

    public static bool IsBaseline(int variant) => variant % 12 == 5;

    /// <summary>Whether the winner was squashed onto a branch of its own.</summary>
    public static bool IsIntegrated(int variant) => variant % 12 is 0 or 9 or 11;

    public static string Slug(int variant) => string.Create(CultureInfo.InvariantCulture, $"slug-{variant % 7}-try-{variant}");

    public static string VariantId(int variant) => string.Create(CultureInfo.InvariantCulture, $"variant-{variant:D7}");

    public static string WorkBranch(int variant) => $"work/{Slug(variant)}";

    public static string VariantBranch(int variant) => $"variant/{VariantId(variant)}-{Slug(variant)}";

    public IEnumerable<string> Parents(int variant) => _parentMarks[variant].Select(mark => _commits[mark]);

    public string WorkCommit(int variant) => _commits[WorkMark(variant) + 1];

    public string VariantCommit(int variant) => _commits[SquashMark(variant)];

    /// <summary>Draws the lineage and makes up commit hashes: for tests that need rows and no repository.</summary>
    public static SyntheticLineage WithoutRepository(int variants, int seed)
    {
        var lineage = Draw(variants, seed);
        var random = new Random(seed ^ 0x5EED);
        Span<byte> hash = stackalloc byte[20];
        for (var mark = 1; mark < lineage._commits.Length; mark++)
        {
            random.NextBytes(hash);
            lineage._commits[mark] = Convert.ToHexStringLower(hash);
        }

        return lineage;
    }

    /// <summary>Draws the lineage and makes a bare repository of it with one <c>git fast-import</c>.</summary>
    public static async Task<SyntheticLineage> WithRepositoryAsync(string repository, int variants, int seed, string objectFormat)
    {
        var lineage = Draw(variants, seed);
        Directory.CreateDirectory(repository);
        await GitCli.RunAsync(repository, "init", "-q", "--bare", "--initial-branch=main", $"--object-format={objectFormat}", ".");
        var marks = Path.Combine(repository, "marks");
        await GitCli.RunWithInputAsync(repository, lineage.FastImportStream(), "fast-import", "--quiet", $"--export-marks={marks}");
        foreach (var line in await File.ReadAllLinesAsync(marks))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            lineage._commits[int.Parse(line.AsSpan(1, space - 1), CultureInfo.InvariantCulture)] = line[(space + 1)..];
        }

        File.Delete(marks);

        // Written here because a loose file for each of 60,000 branches takes longer than everything else.
        var refs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var variant = 0; variant < variants; variant++)
        {
            if (!IsBaseline(variant))
            {
                refs.Add($"refs/heads/{WorkBranch(variant)}", lineage.WorkCommit(variant));
            }

            if (IsIntegrated(variant))
            {
                refs.Add($"refs/heads/{VariantBranch(variant)}", lineage.VariantCommit(variant));
            }
        }

        await File.WriteAllTextAsync(
            Path.Combine(repository, "packed-refs"),
            "# pack-refs with: peeled fully-peeled sorted \n" + string.Concat(refs.Select(pair => $"{pair.Value} {pair.Key}\n")));
        return lineage;
    }

    private static int CommitCount(int variants) => 1 + (3 * variants);

    private static int WorkMark(int variant) => 2 + (3 * variant);

    private static int SquashMark(int variant) => 4 + (3 * variant);

    private static SyntheticLineage Draw(int variants, int seed)
    {
        var random = new Random(seed);
        var parents = new int[variants][];
        var integrated = new List<int> { BaseMark };
        for (var variant = 0; variant < variants; variant++)
        {
            var first = integrated[^(1 + random.Next(Math.Min(20, integrated.Count)))];
            var second = integrated[random.Next(integrated.Count)];
            parents[variant] = IsBaseline(variant) ? [BaseMark] : variant % 12 == 9 && second != first ? [first, second] : [first];
            if (IsIntegrated(variant))
            {
                integrated.Add(SquashMark(variant));
            }
        }

        return new SyntheticLineage(parents);
    }

    private byte[] FastImportStream()
    {
        using var stream = new MemoryStream();
        var clock = 1_780_000_000L;

        void Write(string text) => stream.Write(Encoding.UTF8.GetBytes(text));

        void WriteData(string text)
            => Write(string.Create(CultureInfo.InvariantCulture, $"data {Encoding.UTF8.GetByteCount(text)}\n{text}\n"));

        void WriteCommit(int mark, string message, IReadOnlyList<int> parents, params ReadOnlySpan<(string Path, string Content)> files)
        {
            clock += 7;
            Write(string.Create(CultureInfo.InvariantCulture, $"commit refs/heads/main\nmark :{mark}\ncommitter Zoë Example <zoe@example.org> {clock} +0000\n"));
            WriteData(message);
            for (var parent = 0; parent < parents.Count; parent++)
            {
                Write(string.Create(CultureInfo.InvariantCulture, $"{(parent == 0 ? "from" : "merge")} :{parents[parent]}\n"));
            }

            foreach (var (path, content) in files)
            {
                Write($"M 100644 inline {path}\n");
                WriteData(content);
            }
        }

        var program = string.Concat(Enumerable.Range(0, 40).Select(line => $"def step_{line}(x):\n    return x + {line}\n"));
        WriteCommit(
            BaseMark, "Seed\n", [], ("README.md", "# Synthetic — 漢字\n"), ("src/solve.py", program), ("src/config/default.json", "{}\n"), ("docs/notes.md", "notes\n"));
        for (var variant = 0; variant < Variants; variant++)
        {
            if (IsBaseline(variant))
            {
                continue;
            }

            var solution = program.Replace(
                $"step_{variant % 40}(x)", string.Create(CultureInfo.InvariantCulture, $"step_{variant % 40}(x, y={variant})"), StringComparison.Ordinal);
            var note = string.Create(CultureInfo.InvariantCulture, $"attempt {variant}\n");
            var work = WorkMark(variant);
            WriteCommit(work, $"First attempt {variant}\n", [_parentMarks[variant][0]], ("src/solve.py", solution));
            WriteCommit(work + 1, $"Second attempt {variant}\n", [work], ($"docs/{variant % 50}.md", note));
            if (IsIntegrated(variant))
            {
                WriteCommit(
                    SquashMark(variant), $"Integrate {VariantId(variant)}\n", _parentMarks[variant], ("src/solve.py", solution), ($"docs/{variant % 50}.md", note));
            }
        }

        Write($"reset refs/heads/main\nfrom :{BaseMark}\n\n");
        Write($"tag round-1\nfrom :{(Variants > 0 ? SquashMark(0) : BaseMark)}\ntagger Zoë Example <zoe@example.org> {clock} +0000\n");
        WriteData("The first round\n");
        Write("done\n");
        return stream.ToArray();
    }
}
