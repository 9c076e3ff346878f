using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Repositories of every shape that git makes, each built by the real git in a folder of the test's.</summary>
internal static class RepositoryShapes
{
    private static readonly Dictionary<string, Func<TempFolder, Task<string>>> s_shapes = new()
    {
        ["worktree with loose objects only"] = folder => BaseAsync(folder),
        ["bare, one pack, packed refs"] = async folder => await PackedAsync(await BaseAsync(folder, "--bare")),
        ["several packs"] = SeveralPacksAsync,
        ["packs and loose objects"] = async folder => await GrowAsync(await PackedAsync(await BaseAsync(folder)), "later", 4),
        ["packed and loose refs"] = PackedAndLooseRefsAsync,
        ["duplicates across packs"] = DuplicatesAsync,
        ["alternates"] = AlternatesAsync,
        ["git directory elsewhere"] = SeparateGitDirectoryAsync,
        ["linked worktree"] = folder => WorktreesAsync(folder, linked: true),
        ["main worktree with linked ones"] = folder => WorktreesAsync(folder, linked: false),
        ["symbolic refs"] = SymbolicRefsAsync,
        ["detached HEAD"] = DetachedHeadAsync,
        ["unborn HEAD"] = async folder => await WithAsync(await BaseAsync(folder), "symbolic-ref", "HEAD", "refs/heads/unborn"),
        ["replace refs"] = ReplaceRefsAsync,
        ["submodule"] = SubmoduleAsync,
        ["keep, rev, bitmap, midx and commit-graph beside"] = CompanionsAsync,
        ["SHA-256"] = async folder => await GrowAsync(await PackedAsync(await BaseAsync(folder, "--object-format=sha256")), "later", 2),
        ["empty tree and empty blob, loose"] = folder => EmptinessAsync(folder, packed: false),
        ["empty tree and empty blob, packed"] = folder => EmptinessAsync(folder, packed: true),
        ["nested tags and refs to trees and blobs"] = folder => TagsAsync(folder, packed: false),
        ["nested tags and refs to trees and blobs, packed"] = folder => TagsAsync(folder, packed: true),
        ["octopus merge"] = OctopusAsync,
        ["unusual file names"] = UnusualNamesAsync,
        ["deep delta chains"] = folder => DeltasAsync(folder, "-c", "pack.depth=60"),
        ["deltas against named bases"] = folder => DeltasAsync(folder, "-c", "repack.useDeltaBaseOffset=false"),
        ["index version 1"] = folder => DeltasAsync(folder, "-c", "pack.indexVersion=1"),
        ["index with 64-bit offsets"] = LargeOffsetsAsync,
        ["thin packs completed by fetch"] = FetchedAsync,
        ["deltas whose bases no ref reaches"] = UnreachableBasesAsync,
        ["unreachable objects, loose and packed"] = UnreachableAsync,
        ["large blobs"] = LargeBlobsAsync,
    };

    public static IEnumerable<string> All => s_shapes.Keys;

    /// <summary>Builds a shape and returns the path to bundle.</summary>
    public static Task<string> BuildAsync(string shape, TempFolder folder) => s_shapes[shape](folder);

    /// <summary>A repository with merges, a tag and a second branch; all objects loose.</summary>
    public static async Task<string> BaseAsync(TempFolder folder, params string[] options)
    {
        var path = folder["repository"];
        await GitCli.RunAsync(folder.Path, ["init", "-q", "-b", "main", .. options, path]);
        await ImportAsync(path, History("refs/heads/main", 6));
        await ImportAsync(path, """
            commit refs/heads/side
            committer Ada Example <ada@example.org> 1780000500 +0000
            data 5
            side
            from refs/heads/main~2
            M 100644 inline dir/side.txt
            data 5
            side

            commit refs/heads/main
            committer Ada Example <ada@example.org> 1780000600 +0000
            data 6
            merge
            from refs/heads/main^0
            merge refs/heads/side
            M 100755 inline run.sh
            data 3
            #!

            tag v1
            from refs/heads/main
            tagger Ada Example <ada@example.org> 1780000700 +0000
            data 3
            v1

            """.ReplaceLineEndings("\n"));
        return path;
    }

    /// <summary>Puts everything into one pack and packed-refs.</summary>
    public static async Task<string> PackedAsync(string path)
    {
        await GitCli.RunAsync(path, "repack", "-q", "-a", "-d", "-f");
        return await WithAsync(path, "pack-refs", "--all");
    }

    /// <summary>Adds a branch of some commits; few objects stay loose, as git does with few.</summary>
    public static async Task<string> GrowAsync(string path, string branch, int commits, bool continues = false)
    {
        await ImportAsync(path, History($"refs/heads/{branch}", commits, continues ? $"from refs/heads/{branch}^0\n" : ""));
        return path;
    }

    public static Task<byte[]> ImportAsync(string path, string stream)
        => GitCli.RunWithInputAsync(path, Encoding.UTF8.GetBytes(stream), "fast-import", "--quiet", "--force");

    private static string History(string branch, int commits, string from = "")
    {
        var stream = new StringBuilder();
        for (var number = 0; number < commits; number++)
        {
            var text = string.Concat(Enumerable.Range(0, 40).Select(line => $"{branch} line {line} {(line == number ? number : 0)}\n"));
            stream.Append(CultureInfo.InvariantCulture, $"commit {branch}\ncommitter Ada Example <ada@example.org> {1780000000 + number} +0000\ndata 2\n{number % 10}\n")
                .Append(number == 0 ? from : "")
                .Append(CultureInfo.InvariantCulture, $"M 100644 inline dir/sub/file.txt\ndata {text.Length}\n{text}\n")
                .Append(CultureInfo.InvariantCulture, $"M 100644 inline log-{number % 3}.txt\ndata 4\nlog{number % 10}\n");
        }

        return stream.ToString();
    }

    private static async Task<string> WithAsync(string path, params string[] command)
    {
        await GitCli.RunAsync(path, command);
        return path;
    }

    private static async Task<string> SeveralPacksAsync(TempFolder folder)
    {
        var path = await BaseAsync(folder);
        foreach (var branch in new[] { "one", "two", "three" })
        {
            await GitCli.RunAsync(path, "repack", "-q", "-d");
            await GrowAsync(path, branch, 3);
        }

        return await WithAsync(path, "repack", "-q", "-d");
    }

    private static async Task<string> PackedAndLooseRefsAsync(TempFolder folder)
    {
        var path = await GrowAsync(await BaseAsync(folder), "gone", 1);
        await GitCli.RunAsync(path, "pack-refs", "--all");
        await GitCli.RunAsync(path, "branch", "-D", "gone");
        await GitCli.RunAsync(path, "update-ref", "refs/heads/side", "main");
        await GitCli.RunAsync(path, "update-ref", "refs/heads/deep/er/branch", "main~1");
        await GitCli.RunAsync(path, "update-ref", "refs/notes/commits", "main");
        return await WithAsync(path, "update-ref", "refs/stash", "main~1");
    }

    private static async Task<string> DuplicatesAsync(TempFolder folder)
    {
        var path = await GrowAsync(await BaseAsync(folder), "later", 5);
        var objects = Path.Combine(path, ".git", "objects", "pack", "pack");
        foreach (var tip in new[] { "main~1", "side\nlater", "later~2\nmain" })
        {
            await GitCli.RunWithInputAsync(path, Encoding.UTF8.GetBytes(tip + "\n"), "pack-objects", "-q", "--revs", objects);
        }

        return path;
    }

    private static async Task<string> AlternatesAsync(TempFolder folder)
    {
        var origin = await PackedAsync(await BaseAsync(folder, "--bare"));
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--bare", "--shared", origin, folder["middle"]);
        await GrowAsync(folder["middle"], "middle", 2);
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", "--shared", folder["middle"], folder["borrower"]);
        await GrowAsync(folder["borrower"], "borrowed", 2);
        File.WriteAllText(Path.Combine(folder["borrower"], "objects", "info", "alternates"), "# relative\n../../middle/objects\n");
        return folder["borrower"];
    }

    private static async Task<string> SeparateGitDirectoryAsync(TempFolder folder)
    {
        await BaseAsync(folder);
        return await WithAsync(folder["repository"], "init", "-q", "--separate-git-dir", folder["elsewhere.git"]);
    }

    private static async Task<string> WorktreesAsync(TempFolder folder, bool linked)
    {
        var path = await BaseAsync(folder);
        await GitCli.RunAsync(path, "worktree", "add", "-q", "--detach", folder["linked"], "main");
        await GitCli.RunAsync(folder["linked"], "commit", "-q", "--allow-empty", "-m", "only the linked worktree's HEAD names this");
        await GitCli.RunAsync(folder["linked"], "update-ref", "refs/bisect/bad", "HEAD~1");
        await GitCli.RunAsync(folder["linked"], "update-ref", "refs/worktree/own", "HEAD~2");
        await GitCli.RunAsync(path, "update-ref", "refs/worktree/mine", "main~3");
        await GitCli.RunAsync(path, "worktree", "add", "-q", folder["second"], "side");
        return linked ? folder["linked"] : path;
    }

    private static async Task<string> SymbolicRefsAsync(TempFolder folder)
    {
        var path = await PackedAsync(await BaseAsync(folder));
        await GitCli.RunAsync(path, "symbolic-ref", "refs/heads/alias", "refs/heads/side");
        await GitCli.RunAsync(path, "symbolic-ref", "refs/heads/alias-of-alias", "refs/heads/alias");
        return await WithAsync(path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone");
    }

    private static async Task<string> DetachedHeadAsync(TempFolder folder)
    {
        var path = await BaseAsync(folder);
        await GitCli.RunAsync(path, "checkout", "-q", "--detach", "main");
        return await WithAsync(path, "commit", "-q", "--allow-empty", "-m", "only HEAD names this");
    }

    private static async Task<string> ReplaceRefsAsync(TempFolder folder)
    {
        var path = await BaseAsync(folder);
        await GitCli.RunAsync(path, "replace", "main~1", "side");
        return await WithAsync(path, "replace", "--graft", "main~3");
    }

    private static async Task<string> SubmoduleAsync(TempFolder folder)
    {
        var path = await BaseAsync(folder);
        await ImportAsync(path, """
            commit refs/heads/module
            committer Ada Example <ada@example.org> 1780000900 +0000
            data 2
            m
            from refs/heads/main^0
            M 160000 1234567890123456789012345678901234567890 vendored

            """.ReplaceLineEndings("\n"));
        return path;
    }

    private static async Task<string> CompanionsAsync(TempFolder folder)
    {
        var path = await GrowAsync(await BaseAsync(folder, "--bare"), "later", 4);
        await GitCli.RunAsync(path, "-c", "pack.writeReverseIndex=true", "repack", "-q", "-a", "-d", "-b");
        var pack = Directory.GetFiles(Path.Combine(path, "objects", "pack"), "*.pack").Single();
        await GrowAsync(path, "more", 4);
        await GitCli.RunAsync(path, "repack", "-q", "-d");
        File.WriteAllText(Path.ChangeExtension(pack, ".keep"), "");
        await GitCli.RunAsync(path, "multi-pack-index", "write");
        return await WithAsync(path, "commit-graph", "write", "--reachable");
    }

    private static async Task<string> EmptinessAsync(TempFolder folder, bool packed)
    {
        var path = await BaseAsync(folder);
        await ImportAsync(path, """
            commit refs/heads/empty
            committer Ada Example <ada@example.org> 1780000900 +0000
            data 0

            commit refs/heads/zero
            committer Ada Example <ada@example.org> 1780000900 +0000
            data 0
            M 100644 inline nothing
            data 0

            """.ReplaceLineEndings("\n"));
        return packed ? await PackedAsync(path) : path;
    }

    private static async Task<string> TagsAsync(TempFolder folder, bool packed)
    {
        var path = await BaseAsync(folder);
        await GitCli.RunAsync(path, "tag", "-a", "-m", "nested", "v2", "v1");
        await GitCli.RunAsync(path, "tag", "-a", "-m", "nested twice", "v3", "v2");
        await GitCli.RunAsync(path, "tag", "-a", "-m", "a tree", "tree-tag", "main~2^{tree}");
        await GitCli.RunAsync(path, "tag", "-a", "-m", "a blob", "blob-tag", "main~2:log-0.txt");
        var blob = Encoding.ASCII.GetString(await GitCli.RunWithInputAsync(path, "alone"u8.ToArray(), "hash-object", "-w", "--stdin")).Trim();
        await GitCli.RunAsync(path, "update-ref", "refs/blobs/alone", blob);
        await GitCli.RunAsync(path, "update-ref", "refs/trees/dir", "main:dir");
        return packed ? await PackedAsync(path) : path;
    }

    private static async Task<string> OctopusAsync(TempFolder folder)
    {
        var path = await BaseAsync(folder);
        foreach (var branch in new[] { "arm1", "arm2", "arm3" })
        {
            await GrowAsync(path, branch, 2);
        }

        await ImportAsync(path, """
            commit refs/heads/octopus
            committer Ada Example <ada@example.org> 1780000900 +0000
            data 2
            o
            from refs/heads/main^0
            merge refs/heads/arm1
            merge refs/heads/arm2
            merge refs/heads/arm3

            """.ReplaceLineEndings("\n"));
        return path;
    }

    private static async Task<string> UnusualNamesAsync(TempFolder folder)
    {
        var path = await BaseAsync(folder);
        await ImportAsync(path, """
            commit refs/heads/names/ünïcode-分支
            committer Ada Example <ada@example.org> 1780000900 +0000
            data 2
            n
            M 100644 inline "new\nline"
            data 1
            a
            M 100644 inline "latin-\351"
            data 1
            b
            M 100644 inline "quote\"and\\backslash"
            data 1
            c
            M 120000 inline Ω/ 100644 spaced
            data 1
            d
            M 100644 inline ünïcode/分支.txt
            data 1
            e

            """.ReplaceLineEndings("\n"));
        return await PackedAsync(path);
    }

    private static async Task<string> DeltasAsync(TempFolder folder, params string[] settings)
    {
        var path = await GrowAsync(await BaseAsync(folder), "long", 70);
        await GitCli.RunAsync(path, [.. settings, "repack", "-q", "-a", "-d", "-f", "--window=100", "--depth=60"]);
        return path;
    }

    private static async Task<string> LargeOffsetsAsync(TempFolder folder)
    {
        var path = await PackedAsync(await GrowAsync(await BaseAsync(folder, "--bare"), "long", 20));
        var pack = Directory.GetFiles(Path.Combine(path, "objects", "pack"), "*.pack").Single();
        File.Delete(Path.ChangeExtension(pack, ".idx"));

        // Every offset beyond 64 bytes goes into the table for packs of 2 GiB and more.
        return await WithAsync(path, "index-pack", "--index-version=2,0x40", pack);
    }

    private static async Task<string> FetchedAsync(TempFolder folder)
    {
        var origin = await PackedAsync(await GrowAsync(await BaseAsync(folder), "long", 8));
        await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", "file://" + origin, folder["mirror"]);
        await GrowAsync(origin, "long", 12, continues: true);
        await GitCli.RunAsync(origin, "repack", "-q", "-a", "-d", "-f");
        await GitCli.RunAsync(folder["mirror"], "-c", "fetch.unpackLimit=1", "fetch", "-q", "--prune");
        return folder["mirror"];
    }

    private static async Task<string> UnreachableBasesAsync(TempFolder folder)
    {
        var path = await PackedAsync(await GrowAsync(await BaseAsync(folder, "--bare"), "long", 20));
        await GitCli.RunAsync(path, "update-ref", "refs/heads/long", "long~12");
        return path;
    }

    private static async Task<string> UnreachableAsync(TempFolder folder)
    {
        var path = await GrowAsync(await BaseAsync(folder, "--bare"), "secret", 5);
        await PackedAsync(path);
        await GrowAsync(path, "secret-too", 3);
        await GitCli.RunAsync(path, "branch", "-D", "secret", "secret-too");
        return path;
    }

    private static async Task<string> LargeBlobsAsync(TempFolder folder)
    {
        var path = await BaseAsync(folder);
        var noise = new byte[3 << 20];
        new Random(7).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(path, "noise.bin"), noise);
        await GitCli.RunAsync(path, "add", "noise.bin");
        await GitCli.RunAsync(path, "commit", "-q", "-m", "packed noise");
        await GitCli.RunAsync(path, "repack", "-q", "-a", "-d", "-f");
        noise.AsSpan(1 << 20, 1000).Clear();
        File.WriteAllBytes(Path.Combine(path, "noise.bin"), noise);
        File.WriteAllBytes(Path.Combine(path, "zeros.bin"), new byte[5 << 20]);
        await GitCli.RunAsync(path, "add", ".");
        return await WithAsync(path, "commit", "-q", "-m", "loose noise");
    }
}
