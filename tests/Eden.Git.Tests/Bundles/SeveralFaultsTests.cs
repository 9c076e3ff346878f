using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>Packs with more than one fault, resolved on several threads: the report is the same each time, whichever thread was first.</summary>
[TestFixture]
internal sealed class SeveralFaultsTests
{
    private const int Rounds = 15;

    [Test]
    public async Task Of_several_damaged_objects_the_one_at_the_lowest_offset_is_named()
    {
        // The first is the last that one thread comes to, the second the first of the next thread.
        var pack = new SyntheticPack();
        var noise = new byte[100_000];
        var random = new Random(5);
        var damaged = new List<long>();
        for (var number = 0; number < 280; number++)
        {
            var start = pack.NextOffset;
            random.NextBytes(noise);
            var content = number is < 127 or > 250 ? noise : [(byte)number];
            pack.Add(PackEntryKind.Blob, content);
            if (number is 126 or 127 or 128 or 200 or 279)
            {
                damaged.Add(pack.NextOffset);
                pack.AddOffsetDelta(pack.NextOffset - start, SyntheticPack.Delta(content.Length + 1, 5, 0x90, 5));
            }
        }

        // What the ref names is in none of them: the quick depth looks through the whole pack too.
        var bundle = pack.ToBundle((new string('a', 40), "refs/x/blob"));
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var depth in Enum.GetValues<GitVerification>())
            {
                var violation = (await VerifyAsync(bundle, depth)).Faults.Single();
                Assert.That(violation.Subject, Is.EqualTo($"pack offset {damaged[0]}"));
                Assert.That(violation.Message, Does.Contain("delta is malformed"));
            }
        }
    }

    [Test]
    public async Task A_damaged_object_is_named_before_what_rests_on_it_and_a_limit_on_the_whole_before_any_object()
    {
        var pack = new SyntheticPack();
        byte[] text = [.. "0123456789"u8];
        pack.Add(PackEntryKind.Blob, text);
        var broken = pack.NextOffset;
        pack.AddOffsetDelta(broken - PackHeader.Length, SyntheticPack.Delta(11, 5, 0x90, 5));
        pack.AddOffsetDelta(pack.NextOffset - broken, SyntheticPack.Delta(5, 4, 0x90, 4));
        pack.AddReferenceDelta(new string('3', 40), SyntheticPack.Delta(5, 4, 0x90, 4));
        var bundle = pack.ToBundle();
        Assert.That((await VerifyAsync(bundle)).Faults.Single().Subject, Is.EqualTo($"pack offset {broken}"));

        for (var number = 0; number < 1000; number++)
        {
            pack.Add(PackEntryKind.Blob, Encoding.ASCII.GetBytes($"a text with the number {number:D10}"));
        }

        for (var round = 0; round < Rounds; round++)
        {
            var start = pack.NextOffset;
            pack.Add(PackEntryKind.Blob, text);
            pack.AddOffsetDelta(pack.NextOffset - start, SyntheticPack.Delta(10, 1 << 20, [.. Enumerable.Repeat((byte[])[0x90, 10], 104857).SelectMany(copy => copy), 0x90, 6]));
        }

        for (var round = 0; round < Rounds; round++)
        {
            var violation = (await VerifyAsync(pack.ToBundle(), limits: new GitLimits { MaxBundleInflatedBytes = 10 << 20 })).Faults.Single();
            Assert.That(violation.Kind, Is.EqualTo(GitFaultKind.Limit));
            Assert.That(violation.Subject, Is.Null);
        }
    }

    [Test]
    public async Task Every_missing_parent_is_named_also_where_more_are_missing_than_the_pack_has_objects()
    {
        const int Commits = 300;
        const int Parents = 40;
        var pack = new SyntheticPack();
        var tree = pack.Add(PackEntryKind.Tree, []);
        var refs = new List<(string Id, string Name)>();
        for (var number = 0; number < Commits; number++)
        {
            var parents = Enumerable.Range(0, Parents).Select(parent => $"{number:D8}{parent:D32}").ToArray();
            refs.Add((pack.AddCommit(tree, $"{number}", parents), $"refs/heads/{number:D3}"));
        }

        var bundle = pack.ToBundle([.. refs]);
        var reports = new List<string[]>();
        for (var round = 0; round < Rounds; round++)
        {
            var report = await VerifyAsync(bundle, limits: new GitLimits { MaxFaults = 200 });
            Assert.That(report.TotalFaults, Is.EqualTo(Commits * Parents));
            reports.Add([.. report.Faults.Select(violation => violation.ToString())]);
        }

        Assert.That(reports, Is.All.EqualTo(reports[0]));
        Assert.That(reports[0], Is.All.Contains("is not in the pack"));
    }

    [Test]
    public async Task Of_an_object_that_is_there_twice_the_first_counts_whichever_was_read_first()
    {
        // Trees that cannot be read, each twice and far apart; the report lists them by where they are.
        var pack = new SyntheticPack();
        var entries = new List<byte>();
        var broken = new List<byte[]>();
        for (var number = 0; number < 300; number++)
        {
            broken.Add(Encoding.ASCII.GetBytes($"100644 a{number}"));
            var id = pack.Add(PackEntryKind.Tree, broken[^1]);
            entries.AddRange(Encoding.ASCII.GetBytes($"40000 {number:D3}\0"));
            entries.AddRange(Convert.FromHexString(id));
        }

        foreach (var content in Enumerable.Reverse(broken))
        {
            pack.Add(PackEntryKind.Tree, content);
        }

        var commit = pack.AddCommit(pack.Add(PackEntryKind.Tree, [.. entries]), "broken");
        var bundle = pack.ToBundle((commit, "refs/heads/main"));
        var reports = new List<string[]>();
        for (var round = 0; round < Rounds; round++)
        {
            var report = await VerifyAsync(bundle, limits: new GitLimits { MaxFaults = 50 });
            Assert.That(report.TotalFaults, Is.EqualTo(300));
            reports.Add([.. report.Faults.Select(violation => violation.ToString())]);
        }

        Assert.That(reports, Is.All.EqualTo(reports[0]));
    }

    private static async Task<GitBundleReport> VerifyAsync(byte[] content, GitVerification depth = GitVerification.Objects, GitLimits? limits = null)
    {
        using var bundle = BundleFile.Of(content);
        return await GitBundle.VerifyAsync(bundle, new GitBundleVerifyOptions { Depth = depth, Limits = limits ?? GitLimits.Default });
    }
}
