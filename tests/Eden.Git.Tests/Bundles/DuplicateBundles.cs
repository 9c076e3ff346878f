using Eden.Checkpoint.Tests.Kit;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>Bundles whose packs hold an object more than once.</summary>
internal static class DuplicateBundles
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
            pack.AddOffsetDelta(pack.NextOffset - second, CommonEnds.Delta(s_text, s_short));
        },
        ["the second copy a delta of the first one's delta"] = pack =>
        {
            pack.Add(PackEntryKind.Blob, s_text);
            var delta = pack.NextOffset;
            pack.AddOffsetDelta(delta - PackHeader.Length, CommonEnds.Delta(s_text, s_short));
            pack.AddOffsetDelta(pack.NextOffset - delta, CommonEnds.Delta(s_short, s_text));
        },
        ["the result of a reference delta twice"] = pack =>
        {
            pack.AddReferenceDelta(SyntheticPack.Id(GitObjectFormat.Sha1, "blob", s_text), CommonEnds.Delta(s_text, s_short));
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
