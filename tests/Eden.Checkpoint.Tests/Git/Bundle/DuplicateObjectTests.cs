using Eden.Checkpoint.Tests.Git.Create;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Checkpoint.Tests.Git.Bundle;

/// <summary>Packs that hold an object more than once. Git takes them, and keeps both copies in its clones: so do we, and can bundle them again.</summary>
[TestFixture]
internal sealed class DuplicateObjectTests
{
    private static readonly byte[] s_text = [.. Enumerable.Range(0, 40).SelectMany(line => System.Text.Encoding.ASCII.GetBytes($"line {line}\n"))];
    private static readonly byte[] s_short = s_text[..5];

    private static readonly Dictionary<string, Action<SyntheticPack>> s_shapes = new(StringComparer.Ordinal)
    {
        ["a blob twice"] = pack =>
        {
            pack.Add(PackEntryKind.Blob, s_text);
            pack.Add(PackEntryKind.Blob, s_short);
            pack.Add(PackEntryKind.Blob, s_text);
        },
        ["a delta of the second copy"] = pack =>
        {
            pack.Add(PackEntryKind.Blob, s_text);
            var second = pack.NextOffset;
            pack.Add(PackEntryKind.Blob, s_text);
            pack.AddOffsetDelta(pack.NextOffset - second, BundleModel.Delta(s_text, s_short));
        },
        ["the second copy a delta of the first one's delta"] = pack =>
        {
            pack.Add(PackEntryKind.Blob, s_text);
            var delta = pack.NextOffset;
            pack.AddOffsetDelta(delta - PackHeader.Length, BundleModel.Delta(s_text, s_short));
            pack.AddOffsetDelta(pack.NextOffset - delta, BundleModel.Delta(s_short, s_text));
        },
        ["the result of a reference delta twice"] = pack =>
        {
            pack.AddReferenceDelta(SyntheticPack.Id(GitObjectFormat.Sha1, "blob", s_text), BundleModel.Delta(s_text, s_short));
            pack.Add(PackEntryKind.Blob, s_text);
            pack.Add(PackEntryKind.Blob, s_short);
        },
        ["everything three times"] = pack =>
        {
            for (var copy = 0; copy < 2; copy++)
            {
                pack.Add(PackEntryKind.Blob, s_text);
                pack.Add(PackEntryKind.Blob, s_short);
                Finish(pack);
            }

            pack.Add(PackEntryKind.Blob, s_text);
            pack.Add(PackEntryKind.Blob, s_short);
        },
    };

    public static IEnumerable<string> Shapes => s_shapes.Keys;

    /// <summary>Makes a bundle of a shape.</summary>
    public static byte[] Make(string shape)
    {
        var pack = new SyntheticPack();
        s_shapes[shape](pack);
        var commit = Finish(pack);
        return pack.ToBundle((commit, "refs/heads/main"), (commit, "HEAD"));
    }

    [TestCaseSource(nameof(Shapes))]
    public async Task A_repository_of_such_a_pack_is_bundled_again_with_each_object_once(string shape)
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["twice.bundle"], Make(shape));
        using var bundle = RepoBundle.FromFile(folder["twice.bundle"]);
        var restored = (await GitBundle.RestoreAsync(bundle, folder["ours.git"])).RepositoryPath;
        await GitCli.RunAsync(restored, "fsck", "--full", "--strict");
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", "twice.bundle", "git.git");
        foreach (var repository in (string[])[restored, folder["git.git"]])
        {
            var again = folder[$"{Path.GetFileName(repository)}.bundle"];
            var result = await BundleOfEveryShapeTests.CreateAsync(repository, again);
            Assert.That(result.ObjectCount, Is.EqualTo(4));
            using var created = RepoBundle.FromFile(again);
            var report = await GitBundle.VerifyAsync(created);
            Assert.That(report.Violations, Is.Empty);
            Assert.That(report.Warnings, Is.Empty);
            var clone = await BundleOfEveryShapeTests.CloneAsync(folder, repository, again);
            Assert.That(
                await BundleOfEveryShapeTests.LinesAsync(clone, "cat-file", "--batch-all-objects", "--batch-check"),
                Is.EqualTo(await BundleOfEveryShapeTests.LinesAsync(repository, "cat-file", "--batch-all-objects", "--batch-check")));
        }
    }

    private static string Finish(SyntheticPack pack)
    {
        var tree = pack.Add(
            PackEntryKind.Tree,
            [
                .. "100644 long\0"u8, .. Convert.FromHexString(SyntheticPack.Id(GitObjectFormat.Sha1, "blob", s_text)),
                .. "100644 short\0"u8, .. Convert.FromHexString(SyntheticPack.Id(GitObjectFormat.Sha1, "blob", s_short)),
            ]);
        return pack.AddCommit(tree, "one");
    }
}
