using System.Diagnostics;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Creation;

/// <summary>Ref names are bytes to git. Whatever they are, a bundle lists them, a restored repository has them, and its bundle has them again.</summary>
[TestFixture, Platform("Linux")]
internal sealed class RefNamesOfBytesTests
{
    // Latin-1, two names that a lossy reader takes for one, a folder, a tag, a symbolic ref's target, and what such a reader would make of them.
    private static readonly string[] s_names =
    [
        "refs/heads/caf\u00E9", "refs/heads/\u00FE", "refs/heads/\u00FF", "refs/heads/f\u00F6lder/inner", "refs/tags/v\u00FC", "refs/heads/\u00EF\u00BF\u00BD", "refs/heads/\u00C3\u00BC",
    ];

    [Test]
    public async Task Loose_and_packed_refs_of_any_bytes_are_bundled_restored_and_bundled_again([Values] bool packed)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var commit = await GitCli.RunAsync(path, "rev-parse", "main");
        await using var refs = await MakeAsync(path, commit, s_names);
        await File.WriteAllBytesAsync(Path.Combine(path, ".git", "refs", "heads", "symbolic"), Encoding.Latin1.GetBytes("ref: refs/heads/\u00FF\n"));
        await File.WriteAllBytesAsync(Path.Combine(path, ".git", "HEAD"), Encoding.Latin1.GetBytes("ref: refs/heads/caf\u00E9\n"));
        if (packed)
        {
            await GitCli.RunAsync(path, "pack-refs", "--all");
        }

        await BundleOracle.CreateAsync(path, folder["first.bundle"]);
        using var bundle = BundleFile.At(folder["first.bundle"]);
        Assert.That((await GitBundle.VerifyAsync(bundle)).Faults, Is.Empty);
        var restored = await GitBundle.RestoreAsync(bundle, folder["restored.git"]);
        await BundleOracle.CreateAsync(restored.RepositoryPath, folder["second.bundle"]);
        var clone = await BundleOracle.CloneAsync(folder, path, folder["second.bundle"]);

        var expected = await RefsAsync(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(s_names, Is.SubsetOf(expected.Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])));
            Assert.That(await RefsAsync(restored.RepositoryPath), Is.EqualTo(expected));
            Assert.That(await RefsAsync(clone), Is.EqualTo(expected));
            Assert.That(await GitCli.RunAsync(restored.RepositoryPath, "rev-parse", "HEAD"), Is.EqualTo(commit));
            Assert.That(restored.Head, Is.EqualTo("refs/heads/main").Or.EqualTo("refs/heads/caf\uFFFD"));
            Assert.That((await GitCli.TryRunAsync(restored.RepositoryPath, default, "fsck", "--full")).ExitCode, Is.Zero);
        }

    }

    [Test]
    public async Task A_HEAD_that_only_a_branch_of_bytes_equals_leads_to_that_branch()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var older = await GitCli.RunAsync(path, "rev-parse", "main~1");
        await using var refs = await MakeAsync(path, older, "refs/heads/caf\u00E9");
        await File.WriteAllBytesAsync(Path.Combine(path, ".git", "HEAD"), Encoding.Latin1.GetBytes("ref: refs/heads/caf\u00E9\n"));
        await BundleOracle.CreateAsync(path, folder["first.bundle"]);
        using var bundle = BundleFile.At(folder["first.bundle"]);

        var restored = await GitBundle.RestoreAsync(bundle, folder["restored.git"]);

        Assert.That(restored.Head, Is.EqualTo("refs/heads/caf\uFFFD"));
        Assert.That(await File.ReadAllBytesAsync(Path.Combine(restored.RepositoryPath, "HEAD")), Is.EqualTo(Encoding.Latin1.GetBytes("ref: refs/heads/caf\u00E9\n")));
        Assert.That(await GitCli.RunAsync(restored.RepositoryPath, "rev-parse", "HEAD"), Is.EqualTo(older));
    }

    [Test]
    public async Task A_clone_mirrors_such_refs_and_a_push_takes_them_on([Values] bool overHttp)
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var (commit, older) = (await GitCli.RunAsync(path, "rev-parse", "main"), await GitCli.RunAsync(path, "rev-parse", "main~1"));
        await using var refs = await MakeAsync(path, commit, s_names);
        await File.WriteAllBytesAsync(Path.Combine(path, ".git", "HEAD"), Encoding.Latin1.GetBytes("ref: refs/heads/caf\u00E9\n"));
        Directory.CreateDirectory(folder["served"]);
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", folder["served/empty.git"]);
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", folder["served/full.git"]);
        await GitCli.RunAsync(path, "push", "-q", "--mirror", folder["served/full.git"]);
        await GitCli.RunAsync(folder["served/full.git"], "pack-refs", "--all");
        await File.WriteAllBytesAsync(folder["served/full.git/HEAD"], Encoding.Latin1.GetBytes("ref: refs/heads/caf\u00E9\n"));
        await using var http = await GitHttpRemote.StartAsync(folder["served"]);
        http.ReceivePack = true;
        string Url(string name) => overHttp ? http.Url(name) : folder["served/" + name];

        var first = await LocalClone.EnsureAsync(folder["clone.git"], Url("full.git"));
        var expected = await RefsAsync(path);
        Assert.That(await RefsAsync(folder["clone.git"]), Is.EqualTo(expected));
        Assert.That(first.DefaultBranch, Is.EqualTo("refs/heads/caf\uFFFD"));
        Assert.That(await File.ReadAllBytesAsync(folder["clone.git/HEAD"]), Is.EqualTo(Encoding.Latin1.GetBytes("ref: refs/heads/caf\u00E9\n")));

        await GitCli.RunWithInputAsync(folder["served/full.git"], Encoding.Latin1.GetBytes($"update refs/heads/\u00FE {older}\ndelete refs/heads/\u00FF\n"), "update-ref", "--stdin");
        await GitCli.RunAsync(folder["served/full.git"], "pack-refs", "--all");
        var later = await LocalClone.EnsureAsync(folder["clone.git"], Url("full.git"));
        Assert.That(await RefsAsync(folder["clone.git"]), Is.EqualTo(await RefsAsync(folder["served/full.git"])));
        Assert.That((later.ChangedRefs, later.PrunedRefs), Is.EqualTo((1, 1)));

        var pushed = await GitPush.FromRepositoryAsync(folder["clone.git"], Url("empty.git"));
        Assert.That(pushed.Failure, Is.Null);
        Assert.That(await RefsAsync(folder["served/empty.git"]), Is.EqualTo(await RefsAsync(folder["clone.git"])));
        await GitCli.RunAsync(folder["served/empty.git"], "pack-refs", "--all");
    }

    [Test]
    public async Task A_HEAD_that_only_a_branch_equals_whose_name_is_too_long_for_a_file_is_detached()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var commit = await GitCli.RunAsync(path, "rev-parse", "main");
        await BundleOracle.CreateAsync(path, folder["plain.bundle"]);
        var bytes = await File.ReadAllBytesAsync(folder["plain.bundle"]);
        var pack = bytes.AsSpan().IndexOf("PACK"u8);
        await File.WriteAllBytesAsync(
            folder["long.bundle"],
            [.. Encoding.ASCII.GetBytes($"# v2 git bundle\n{commit} HEAD\n{commit} refs/heads/{new string('n', 256)}\n\n"), .. bytes[pack..]]);
        using var bundle = BundleFile.At(folder["long.bundle"]);

        var restored = await GitBundle.RestoreAsync(bundle, folder["restored.git"]);

        Assert.That(restored.Head, Is.EqualTo(commit));
        Assert.That(await GitCli.RunAsync(restored.RepositoryPath, "rev-parse", "HEAD"), Is.EqualTo(commit));
        Assert.That((await GitCli.TryRunAsync(restored.RepositoryPath, default, "fsck", "--full")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_broken_ref_of_such_a_name_is_named_as_far_as_it_is_text()
    {
        using var folder = new TempFolder();
        var path = await RepositoryShapes.BaseAsync(folder);
        var commit = await GitCli.RunAsync(path, "rev-parse", "main");
        await using var refs = await MakeAsync(path, commit, "refs/heads/caf\u00E9");

        await ShellAsync(path, "echo nonsense > .git/refs/heads/caf$(printf '\\351')");
        try
        {
            Assert.That(
                () => GitBundle.CreateAsync(path, Stream.Null),
                Throws.InstanceOf<GitException>().With.Message.Contains("refs/heads/caf\uFFFD is broken: its file holds no object id"));
        }
        finally
        {
            await ShellAsync(path, $"echo {commit} > .git/refs/heads/caf$(printf '\\351')");
        }
    }

    // No text names such a file; a shell's bytes do.
    private static async Task ShellAsync(string directory, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = directory })!;
        await shell.WaitForExitAsync();
        Assert.That(shell.ExitCode, Is.Zero, script);
    }

    private static async Task<MadeRefs> MakeAsync(string repository, string commit, params string[] names)
    {
        // Logs would be files of such names too.
        await GitCli.RunAsync(repository, "config", "core.logAllRefUpdates", "false");
        await GitCli.RunWithInputAsync(
            repository, Encoding.Latin1.GetBytes(string.Concat(names.Select(name => $"create {name} {commit}\n"))), "update-ref", "--stdin");
        return new MadeRefs(repository, names);
    }

    private static async Task<string[]> RefsAsync(string repository)
        => Encoding.Latin1.GetString(await GitCli.RunWithInputAsync(repository, default, "for-each-ref", "--format=%(objectname) %(refname)"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Has git remove the refs at the end: the base library cannot name their files.</summary>
    private sealed class MadeRefs(string repository, string[] names) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await File.WriteAllTextAsync(Path.Combine(repository, ".git", "HEAD"), "ref: refs/heads/main\n");
            await GitCli.RunWithInputAsync(
                repository, Encoding.Latin1.GetBytes(string.Concat(names.Select(name => $"delete {name}\n"))), "update-ref", "--stdin");
        }
    }
}
