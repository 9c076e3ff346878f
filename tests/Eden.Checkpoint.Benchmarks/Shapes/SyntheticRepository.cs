using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Generates the repository of an experiment with many variants through git fast-import: 14 objects a variant (two commits, six trees,
/// six files), two branches a variant, a merge every tenth, an annotated tag every fiftieth; repacked by git, with packed refs. The same size
/// gives the same repository.</summary>
internal static class SyntheticRepository
{
    /// <summary>Makes the repository of a size where it is not there yet, with git's bundle of it and a copy of its only pack.</summary>
    public static async Task<(string Repository, string Bundle, string Pack)> EnsureAsync(string home, int variants, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(home);
        var repository = Path.Combine(home, $"{variants}.git");
        var bundle = Path.Combine(home, $"{variants}.bundle");
        var pack = Path.Combine(home, $"{variants}.pack");
        if (!File.Exists(pack))
        {
            await CreateAsync(repository, variants, cancellationToken);
            await GitAsync(["-C", repository, "bundle", "create", "--quiet", bundle, "--all"], cancellationToken);
            File.Copy(Directory.EnumerateFiles(Path.Combine(repository, "objects", "pack"), "*.pack").Single(), pack);
        }

        return (repository, bundle, pack);
    }

    /// <summary>Reads a pack's number of objects.</summary>
    public static long CountObjects(string pack)
    {
        using var file = File.OpenRead(pack);
        Span<byte> header = stackalloc byte[12];
        file.ReadExactly(header);
        return BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
    }

    /// <summary>Copies the pack out of a bundle.</summary>
    public static void WritePack(string bundle, string pack)
    {
        using var source = File.OpenRead(bundle);
        int before = 0, current;
        while ((current = source.ReadByte()) >= 0)
        {
            if (before == '\n' && current == '\n')
            {
                break;
            }

            before = current;
        }

        using var target = File.Create(pack);
        source.CopyTo(target);
    }

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

        // No bitmap: a clone that is kept by fetching has none. -f, because fast-import compares each file with the one before it only, and repack believes that nothing better is to be found.
        await GitAsync(["-C", path, "-c", "repack.writeBitmaps=false", "repack", "-a", "-d", "-f", "--quiet"], cancellationToken);
        await GitAsync(["-C", path, "pack-refs", "--all"], cancellationToken);
    }

    public static async Task GitAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        => await MeasuredProcess.RunAsync("git", arguments, cancellationToken);

    private static void Write(Stream input, int variants)
    {
        var source = new SyntheticSource(20260501);
        var text = new StringBuilder();
        Commit("refs/heads/main", "seed", null, null, source.Seed());
        Flush();
        var integrated = "refs/heads/main";
        for (var index = 0; index < variants; index++)
        {
            var work = string.Create(CultureInfo.InvariantCulture, $"refs/heads/work/idea-{index}-v{index}");
            Commit(work, $"Try idea {index}", integrated, null, source.Attempt(index));
            var variant = string.Create(CultureInfo.InvariantCulture, $"refs/heads/variant/v{index}-slug");
            Commit(variant, $"Integrate variant {index}", integrated, index % 10 == 9 ? work : null, source.Integration(index));
            if (index % 50 == 49)
            {
                text.Append(CultureInfo.InvariantCulture, $"tag mark-{index}\nfrom {variant}\ntagger Ada Example <ada@example.org> {1780000000 + index} +0000\ndata 5\nmark\n\n");
            }

            if (index % 7 == 0)
            {
                integrated = variant;
            }

            Flush();
        }

        void Commit(string branch, string message, string? from, string? merge, IEnumerable<(string Path, string Content)> files)
        {
            text.Append(CultureInfo.InvariantCulture, $"commit {branch}\ncommitter Ada Example <ada@example.org> 1780000000 +0000\ndata {message.Length}\n{message}\n");
            if (from is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"from {from}\n");
            }

            if (merge is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"merge {merge}\n");
            }

            foreach (var (path, content) in files)
            {
                text.Append(CultureInfo.InvariantCulture, $"M 100644 inline {path}\ndata {content.Length}\n{content}\n");
            }

            text.Append('\n');
        }

        void Flush()
        {
            input.Write(Encoding.ASCII.GetBytes(text.ToString()));
            text.Clear();
        }
    }
}
