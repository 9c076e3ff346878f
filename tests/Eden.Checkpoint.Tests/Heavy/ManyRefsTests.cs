using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Heavy;

/// <summary>As many refs as a bundle may list, and more: memory and time stay in proportion to the header.</summary>
[TestFixture]
public class ManyRefsTests
{
    private const int Most = 10_000_000;

    [Test]
    public async Task Ten_million_refs_are_verified_and_restored_within_a_gigabyte_and_one_more_is_refused()
    {
        using var folder = new TempFolder();
        var pack = new SyntheticPack();
        var commit = pack.AddCommit(pack.Add(Eden.Git.Packs.PackEntryKind.Tree, []), "one");
        var file = folder["many.bundle"];
        var headerEnd = Write(file, commit, pack.ToPack());
        var means = new ProcessMeans { HeapBytes = 1L << 30, Patience = TimeSpan.FromMinutes(10) };

        var verified = await ConsoleRun.StartAsync(means, folder.Path, "bundle", "verify", file);
        Assert.That(verified.ExitCode, Is.Zero, verified.Error);
        Assert.That(verified.Output, Does.Contain("whole, 10,000,000 refs, 2 objects, 1 commit reached"));

        var restored = await ConsoleRun.StartAsync(means, folder.Path, "bundle", "restore", file, folder["many.git"]);
        Assert.That(restored.ExitCode, Is.Zero, restored.Error);
        Assert.That(await GitCli.RunAsync(folder["many.git"], "rev-parse", $"refs/heads/work/{Most - 1:D8}", "refs/heads/work/00000000"), Is.EqualTo($"{commit}\n{commit}"));

        // What follows does not matter any more: the line too many takes the place of the header's end.
        await using (var bundle = new FileStream(file, FileMode.Open, FileAccess.Write))
        {
            bundle.Seek(headerEnd, SeekOrigin.Begin);
            await bundle.WriteAsync(Encoding.ASCII.GetBytes($"{commit} refs/heads/work/{Most:D8}\n\n"));
        }

        var refused = await ConsoleRun.StartAsync(means, folder.Path, "bundle", "verify", file);
        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.Error);
        Assert.That(refused.Error, Does.Contain("the header lists more than 10000000 refs"));
    }

    [Test]
    public async Task A_header_of_long_names_ends_at_its_own_limit()
    {
        // Few refs, but each as long as a line may be: the number of refs alone bounds nothing.
        var name = $"refs/heads/{new string('x', 60_000)}";
        var header = Encoding.ASCII.GetBytes("# v2 git bundle\n" + string.Concat(Enumerable.Range(0, 40).Select(number => $"{new string('1', 40)} {name}{number}\n")) + "\n");
        Assert.That(() => GitBundle.ReadHeaderAsync(new MemoryStream(header)), Throws.Nothing);
        var refusal = await Assert.ThrowsAsync<GitDamagedException>(
            () => GitBundle.ReadHeaderAsync(new MemoryStream(header), new GitLimits { MaxBundleHeaderBytes = 1 << 20 }));
        Assert.That(refusal!.Faults.Single(), Has.Property(nameof(GitFault.Kind)).EqualTo(GitFaultKind.Limit).And.Message.Contains("longer than 1048576 bytes"));
    }

    [Test]
    public async Task Names_of_thirty_thousand_directories_take_time_in_proportion_to_their_length()
    {
        // With the square of it, these 65 MB would take a quarter of an hour.
        var deep = new StringBuilder("refs/heads");
        while (deep.Length < 65_000)
        {
            deep.Append("/d");
        }

        var header = new StringBuilder("# v2 git bundle\n");
        for (var number = 0; number < 1_000; number++)
        {
            header.Append(new string('1', 40)).Append(' ').Append(deep).Append('/').Append(number).Append('\n');
        }

        var read = await GitBundle.ReadHeaderAsync(new MemoryStream(Encoding.ASCII.GetBytes(header.Append('\n').ToString())));
        Assert.That(read.Refs, Has.Count.EqualTo(1_000));
        header.Insert(header.Length - 1, $"{new string('1', 40)} {deep}\n");
        var refusal = await Assert.ThrowsAsync<GitDamagedException>(() => GitBundle.ReadHeaderAsync(new MemoryStream(Encoding.ASCII.GetBytes(header.ToString()))));
        Assert.That(refusal!.TotalFaults, Is.EqualTo(1_000), "every ref below the one that is now a file");
        Assert.That(refusal.Faults[0].Message, Does.Contain("cannot stand beside"));
    }

    private static long Write(string path, string commit, byte[] pack)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        file.Write("# v2 git bundle\n"u8);
        var line = Encoding.ASCII.GetBytes($"{commit} refs/heads/work/{0:D8}\n");
        for (var number = 0; number < Most; number++)
        {
            file.Write(line);

            // The next number, digit by digit: formatting ten million strings takes longer than the check.
            for (var digit = line.Length - 2; ++line[digit] > '9'; digit--)
            {
                line[digit] = (byte)'0';
            }
        }

        var end = file.Position;
        file.WriteByte((byte)'\n');
        file.Write(pack);
        return end;
    }
}
