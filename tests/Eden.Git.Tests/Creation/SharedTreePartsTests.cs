using System.Globalization;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Creation;

[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class SharedTreePartsTests
{
    [Test]
    public async Task Trees_stored_as_deltas_of_one_another_lose_no_object([Values(1, 2, 3)] int seed, [Values] GitObjectFormat format)
    {
        using var folder = new TempFolder();
        var path = folder["repository"];
        await GitCli.RunAsync(
            folder.Path, "init", "-q", "--bare", "-b", "main", $"--object-format={(format == GitObjectFormat.Sha1 ? "sha1" : "sha256")}", path);
        await GitCli.RunWithInputAsync(path, Encoding.UTF8.GetBytes(MakeHistory(new Random(seed))), "fast-import", "--quiet");
        await GitCli.RunAsync(path, "repack", "-a", "-d", "-f", "-q", "--depth=50", "--window=50");
        using var bundle = new MemoryStream();

        var result = await GitBundle.CreateAsync(path, bundle);

        var listed = await GitCli.RunAsync(path, "rev-list", "--objects", "--all", "--no-object-names");
        Assert.That(result.ObjectCount, Is.EqualTo(listed.Split('\n').Distinct().Count()), $"seed {seed}");
        await File.WriteAllBytesAsync(folder["bundle"], bundle.ToArray());
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", folder["bundle"], folder["clone"]);
        await GitCli.RunAsync(folder["clone"], "fsck", "--full", "--strict", "--no-dangling");
    }

    /// <summary>Adds, edits, renames and removes files at random places of a few directories, on branches from anywhere in the history.</summary>
    private static string MakeHistory(Random random)
    {
        var text = new StringBuilder();
        for (var mark = 1; mark <= 150; mark++)
        {
            text.Append(CultureInfo.InvariantCulture, $"commit refs/heads/b{random.Next(12)}-{mark}\nmark :{mark}\ncommitter A <a@example.org> {1780000000 + mark} +0000\ndata 1\nx\n");
            if (mark > 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"from :{Math.Max(1, mark - 1 - random.Next(6))}\n");
            }

            for (var edit = mark == 1 ? 80 : random.Next(1, 5); edit > 0; edit--)
            {
                var file = string.Create(CultureInfo.InvariantCulture, $"d{random.Next(2)}/s{random.Next(2)}/file{random.Next(60):d2}");
                if (mark > 1 && random.Next(3) == 0)
                {
                    text.Append(CultureInfo.InvariantCulture, $"D {file}\n");
                    continue;
                }

                var content = random.Next(40).ToString(CultureInfo.InvariantCulture);
                text.Append(CultureInfo.InvariantCulture, $"M {(random.Next(5) == 0 ? "100755" : "100644")} inline {file}\ndata {content.Length}\n{content}\n");
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
