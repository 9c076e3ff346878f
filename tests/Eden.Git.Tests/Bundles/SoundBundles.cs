using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>Bundles made by hand that git takes and can use, however odd they are: each shape that some rule of ours could be too strict or too lax for.</summary>
internal static class SoundBundles
{
    private const string Author = "author a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n";
    private static readonly byte[] s_soundText = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(line => $"line {line}\n")));
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(line => $"line {line}\n")));

    /// <summary>Gets the bundles by what is odd about them.</summary>
    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = Everything().ToDictionary(pair => pair.Name, pair => pair.Make, StringComparer.Ordinal);

    private static IEnumerable<(string Name, Func<byte[]> Make)> Everything()
    {
        yield return ("nothing odd", () => Sound());
        foreach (var shape in DuplicateBundles.Shapes)
        {
            yield return ($"duplicates: {shape}", () => DuplicateBundles.Make(shape));
        }

        foreach (var padding in (int[])[1, 7])
        {
            yield return ($"an entry header padded by {padding}", () => Padded(padding));
        }

        yield return ("pack of version 3", () => Single(new SyntheticPack { Version = 3 }));
        yield return ("HEAD alone", () => Refs("HEAD"));
        yield return ("no HEAD", () => Refs("refs/heads/main"));
        yield return ("objects that no ref reaches", Unreachable);
        yield return ("HEAD apart from every branch", DetachedHead);
        yield return ("a ref to a blob alone", BlobAlone);

        foreach (var (name, entries) in Trees())
        {
            yield return ($"tree: {name}", () => OfTree(entries));
        }

        foreach (var (name, tail) in Commits())
        {
            yield return ($"commit: {name}", () => OfCommit(tail));
        }

        foreach (var (name, tail) in Tags())
        {
            yield return ($"tag: {name}", () => OfTag(tail));
        }

        foreach (var name in Names())
        {
            yield return ($"ref: {(name.Length > 60 ? $"{name[..40]}… of {name.Length}" : name)}", () => Refs("refs/heads/main", name, "HEAD"));
        }

        foreach (var hex in (string[])["FF", "636166E9", "C328", "EDA080"])
        {
            yield return ($"ref of the bytes {hex}", () => OfBytes(Convert.FromHexString(hex)));
        }

        yield return ("refs that differ by case only", () => Refs("refs/heads/Main", "refs/heads/main", "HEAD"));
        yield return ("refs of two worktrees", () => Refs("refs/heads/main", "HEAD", "main-worktree/HEAD", "worktrees/w/HEAD"));
    }

    private static IEnumerable<(string Name, string[] Entries)> Trees()
    {
        foreach (var mode in (string[])["100664", "100600", "0100644", "100755", "120000", "160000", "0", "10644", "170000", "1000000"])
        {
            yield return ($"mode {mode}", [$"{mode} a"]);
        }

        yield return ("an entry twice", ["100644 a", "100644 a"]);
        yield return ("a file and a folder of one name", ["100644 a", "40000 a"]);
        yield return ("not sorted", ["100644 b", "100644 a"]);
        foreach (var name in (string[])[".", "..", ".git", ".gitmodules", "a/b", "a\\b", "\u00ff\u00fe", "git~1", new string('n', 5000)])
        {
            yield return ($"name {name[..Math.Min(12, name.Length)]}", [$"100644 {name}"]);
        }
    }

    private static IEnumerable<(string Name, string Tail)> Commits()
    {
        yield return ("no message", Author);
        yield return ("no newline at the end", Author + "\nx");
        yield return ("no author", "committer a <a@b> 1 +0000\n\nx\n");
        yield return ("no committer", "author a <a@b> 1 +0000\n\nx\n");
        yield return ("nothing but a tree", "\n");
        yield return ("a time beyond 64 bits", "author a <a@b> 99999999999999999999999 +0000\ncommitter a <a@b> 99999999999999999999999 +0000\n\nx\n");
        yield return ("a time before 1970", "author a <a@b> -5 +0000\ncommitter a <a@b> -5 +0000\n\nx\n");
        yield return ("a NUL in the message", Author + "\nx\0y\n");
        yield return ("no e-mail", "author a 1 +0000\ncommitter a 1 +0000\n\nx\n");
        yield return ("an odd time zone", "author a <a@b> 1 +9999\ncommitter a <a@b> 1 -99999\n\nx\n");
    }

    private static IEnumerable<(string Name, string Tail)> Tags()
    {
        yield return ("no tagger", "tag v\n\nx\n");
        yield return ("no message", "tag v\n");
        yield return ("another name than its ref's", "tag a b..c\ntagger a <a@b> 1 +0000\n\nx\n");
        yield return ("an empty name", "tag \ntagger a <a@b> 1 +0000\n\nx\n");
    }

    private static IEnumerable<string> Names()
    {
        foreach (var length in (int[])[255, 256, 4096, 60_000])
        {
            yield return $"refs/heads/{new string('n', length)}";
        }

        yield return $"refs/heads/{string.Concat(Enumerable.Repeat("n/", 1000))}n";
        foreach (var name in (string[])
            [
                "refs/x", "refs/stash", "refs/heads/@", "refs/heads/HEAD", "refs/heads/-x", "refs/heads/a\uFFFDb", "refs/heads/\u2028", "refs/heads/a\u0301", "refs/heads/x@", "refs/heads/{a}",
                "refs/heads/\"q\"", "refs/heads/a.lock.b", "refs/heads/refs/heads/main", "refs/heads/1111111111111111111111111111111111111111", "refs/remotes/origin/HEAD",
                "refs/bisect/bad", "refs/worktree/x", "refs/notes/commits", "refs/pull/1/head",
            ])
        {
            yield return name;
        }
    }

    private static string Tree(SyntheticPack pack, params string[] entries)
    {
        var blob = pack.Add(PackEntryKind.Blob, s_text);
        var inner = pack.Add(PackEntryKind.Tree, [.. "100644 z\0"u8, .. Convert.FromHexString(blob)]);
        return pack.Add(PackEntryKind.Tree, [.. entries.SelectMany(entry => (byte[])
            [.. Encoding.Latin1.GetBytes(entry), 0, .. Convert.FromHexString(entry.StartsWith("40000 ", StringComparison.Ordinal) ? inner : blob)])]);
    }

    private static byte[] OfTree(string[] entries)
    {
        var pack = new SyntheticPack();
        var commit = pack.AddCommit(Tree(pack, entries), "odd");
        return pack.ToBundle((commit, "refs/heads/main"), (commit, "HEAD"));
    }

    private static byte[] OfCommit(string tail)
    {
        var pack = new SyntheticPack();
        var commit = pack.Add(PackEntryKind.Commit, Encoding.Latin1.GetBytes($"tree {Tree(pack, "100644 a")}\n{tail}"));
        return pack.ToBundle((commit, "refs/heads/main"), (commit, "HEAD"));
    }

    private static byte[] OfTag(string tail)
    {
        var pack = new SyntheticPack();
        var commit = pack.AddCommit(Tree(pack, "100644 a"), "tagged");
        var tag = pack.Add(PackEntryKind.Tag, Encoding.ASCII.GetBytes($"object {commit}\ntype commit\n{tail}"));
        return pack.ToBundle((commit, "refs/heads/main"), (tag, "refs/tags/v"), (commit, "HEAD"));
    }

    private static byte[] Single(SyntheticPack pack)
    {
        var commit = pack.AddCommit(Tree(pack, "100644 a"), "one");
        return pack.ToBundle((commit, "refs/heads/main"), (commit, "HEAD"));
    }

    private static byte[] Refs(params string[] names)
    {
        var pack = new SyntheticPack();
        var commit = pack.AddCommit(Tree(pack, "100644 a"), "one");
        return pack.ToBundle([.. names.Select(name => (commit, name))]);
    }

    private static byte[] OfBytes(byte[] name)
    {
        // The letters are replaced in the header, which no checksum covers.
        var placeholder = new string('X', name.Length);
        var bundle = Refs("refs/heads/main", $"refs/heads/{placeholder}", "HEAD");
        name.CopyTo(bundle, bundle.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"refs/heads/{placeholder}\n")) + "refs/heads/".Length);
        return bundle;
    }

    // No entry of this bundle needs more than two bytes.
    private static byte[] Padded(int padding) => Sound(padding);

    private static byte[] Unreachable()
    {
        var pack = new SyntheticPack();
        pack.AddCommit(pack.Add(PackEntryKind.Tree, [.. "100644 lost\0"u8, .. Convert.FromHexString(pack.Add(PackEntryKind.Blob, "lost"u8.ToArray()))]), "lost");
        return Single(pack);
    }

    private static byte[] DetachedHead()
    {
        var pack = new SyntheticPack();
        var tree = Tree(pack, "100644 a");
        var first = pack.AddCommit(tree, "first");
        var second = pack.AddCommit(tree, "second", first);
        return pack.ToBundle((first, "refs/heads/main"), (second, "HEAD"));
    }

    private static byte[] BlobAlone()
    {
        var pack = new SyntheticPack();
        return pack.ToBundle((pack.Add(PackEntryKind.Blob, s_text), "refs/x/blob"));
    }

    /// <summary>Seven objects that all matter: two blobs, a delta, two trees, a commit, a tag.</summary>
    internal static byte[] Sound(int headerPadding = 0)
    {
        var pack = new SyntheticPack { HeaderPadding = headerPadding };
        var blob = pack.Add(PackEntryKind.Blob, s_soundText);
        var start = pack.NextOffset;
        pack.AddOffsetDelta(start - PackHeader.Length, SyntheticPack.Delta(s_soundText.Length, 15, 0x90, 10, 5, (byte)'h', (byte)'e', (byte)'l', (byte)'l', (byte)'o'));
        var patched = SyntheticPack.Id(GitObjectFormat.Sha1, "blob", [.. s_soundText.AsSpan(0, 10), .. "hello"u8]);
        var other = pack.Add(PackEntryKind.Blob, Encoding.ASCII.GetBytes("other"));
        var inner = pack.Add(PackEntryKind.Tree, [.. "100644 patched\0"u8, .. Convert.FromHexString(patched)]);
        var tree = pack.Add(PackEntryKind.Tree, [.. "100644 a\0"u8, .. Convert.FromHexString(blob), .. "40000 d\0"u8, .. Convert.FromHexString(inner), .. "100755 o\0"u8, .. Convert.FromHexString(other)]);
        var commit = pack.AddCommit(tree, "sound");
        var tag = pack.Add(PackEntryKind.Tag, Encoding.ASCII.GetBytes($"object {commit}\ntype commit\ntag v1\ntagger a <a> 1 +0000\n\nx\n"));
        return pack.ToBundle((commit, "refs/heads/main"), (tag, "refs/tags/v1"), (commit, "HEAD"));
    }
}
