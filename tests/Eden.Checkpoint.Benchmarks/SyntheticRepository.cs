using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Generates the repository of an experiment with many variants through git fast-import: about 14 objects a variant, two branches a
/// variant, a merge every tenth, an annotated tag every fiftieth; repacked, with packed refs. The same size gives the same repository.</summary>
internal static class SyntheticRepository
{
    public static async Task CreateAsync(string path, int variants, CancellationToken cancellationToken)
    {
        await GitAsync(["init", "--bare", "--quiet", "--initial-branch=main", path], cancellationToken);
        var start = new ProcessStartInfo("git") { RedirectStandardInput = true };
        foreach (var argument in new[] { "-C", path, "fast-import", "--quiet", "--depth=10" })
        {
            start.ArgumentList.Add(argument);
        }

        using (var process = Process.Start(start) ?? throw new InvalidOperationException("git did not start."))
        {
            await using (var input = new BufferedStream(process.StandardInput.BaseStream, 1 << 20))
            {
                Write(input, variants);
            }

            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"git fast-import ended with {process.ExitCode}.");
            }
        }

        await GitAsync(["-C", path, "repack", "-a", "-d", "--quiet"], cancellationToken);
        await GitAsync(["-C", path, "pack-refs", "--all"], cancellationToken);
    }

    public static async Task GitAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        => await MeasuredProcess.RunAsync("git", arguments, cancellationToken);

    private static void Write(Stream input, int variants)
    {
        var random = new Random(20260501);
        var line = new StringBuilder();
        Commit("refs/heads/main", "seed", null, null, ["README.md", "src/main.py", "src/model/net.py", "config/base.yaml", "docs/index.md"]);
        Flush();
        var integrated = "refs/heads/main";
        for (var index = 0; index < variants; index++)
        {
            var work = string.Create(CultureInfo.InvariantCulture, $"refs/heads/work/idea-{index}-v{index}");
            Commit(work, $"work {index}", integrated, null, ["src/main.py", "src/model/net.py", "config/base.yaml"]);
            var variant = string.Create(CultureInfo.InvariantCulture, $"refs/heads/variant/v{index}-slug");
            Commit(variant, $"variant {index}", integrated, index % 10 == 9 ? work : null, ["src/model/net.py", "docs/report.md"]);
            if (index % 50 == 49)
            {
                line.Append(CultureInfo.InvariantCulture, $"tag mark-{index}\nfrom {variant}\ntagger Ada Example <ada@example.org> {1780000000 + index} +0000\ndata 6\nmark\n\n\n");
            }

            if (index % 7 == 0)
            {
                integrated = variant;
            }

            Flush();
        }

        void Commit(string branch, string message, string? from, string? merge, string[] files)
        {
            line.Append(CultureInfo.InvariantCulture, $"commit {branch}\ncommitter Ada Example <ada@example.org> 1780000000 +0000\ndata {message.Length}\n{message}\n");
            if (from is not null)
            {
                line.Append(CultureInfo.InvariantCulture, $"from {from}\n");
            }

            if (merge is not null)
            {
                line.Append(CultureInfo.InvariantCulture, $"merge {merge}\n");
            }

            foreach (var file in files)
            {
                var content = new byte[random.Next(150, 420)];
                random.NextBytes(content);
                var text = Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks);
                line.Append(CultureInfo.InvariantCulture, $"M 100644 inline {file}\ndata {text.Length}\n{text}\n");
            }

            line.Append('\n');
        }

        void Flush()
        {
            input.Write(Encoding.UTF8.GetBytes(line.ToString()));
            line.Clear();
        }
    }
}
