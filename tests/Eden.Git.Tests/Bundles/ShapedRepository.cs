using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Bundles;

/// <summary>A repository of one of the shapes that real histories have, built by git, with the bundle that git makes of it.</summary>
internal sealed class ShapedRepository : IDisposable
{
    private readonly TempFolder _folder = new();

    private ShapedRepository(GitObjectFormat format) => Format = format;

    public static string[] Shapes { get; } =
    [
        "plain", "merges", "tags", "odd-refs", "submodule", "empty", "detached", "no-head", "deltas", "deep-chain", "reference-deltas",
        "rewritten", "latin-1", "wide-tree",
    ];

    public GitObjectFormat Format { get; }

    public string Repository => _folder["repository"];

    public string BundlePath => _folder["repo.bundle"];

    public TempFolder Folder => _folder;

    public static async Task<ShapedRepository> CreateAsync(string shape, GitObjectFormat format = GitObjectFormat.Sha1, int version = 0)
    {
        var repository = new ShapedRepository(format);
        await repository.BuildAsync(shape, version == 0 ? format == GitObjectFormat.Sha1 ? 2 : 3 : version);
        return repository;
    }

    public Task<string> GitAsync(params string[] arguments) => GitCli.RunAsync(Repository, arguments);

    public BundleFile Open() => BundleFile.At(BundlePath);

    public void Dispose() => _folder.Dispose();

    /// <summary>Joins a header for the given refs and a pack.</summary>
    public static byte[] Compose(GitObjectFormat format, IEnumerable<(string Id, string Name)> refs, byte[] pack, params string[] extraLines)
    {
        var header = new StringBuilder(format == GitObjectFormat.Sha1 ? "# v2 git bundle\n" : "# v3 git bundle\n@object-format=sha256\n");
        foreach (var line in extraLines)
        {
            header.Append(line).Append('\n');
        }

        foreach (var (id, name) in refs)
        {
            header.Append(id).Append(' ').Append(name).Append('\n');
        }

        return [.. Encoding.UTF8.GetBytes(header.Append('\n').ToString()), .. pack];
    }

    public async Task<(string Id, string Name)[]> RefsAsync()
        => [.. (await GitAsync("for-each-ref", "--format=%(objectname) %(refname)")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]))];

    private async Task BuildAsync(string shape, int version)
    {
        await GitCli.RunAsync(_folder.Path, "init", "-q", "-b", "main", $"--object-format={(Format == GitObjectFormat.Sha1 ? "sha1" : "sha256")}", "repository");
        await CommitAsync("seed", ("README", "hello\n"), ("src/a.txt", "a\n"), ("src/deep/er/b.txt", "b\n"));
        switch (shape)
        {
            case "merges":
                foreach (var branch in (string[])["one", "two", "three"])
                {
                    await GitAsync("checkout", "-q", "-b", branch, "main");
                    await CommitAsync(branch, (branch, branch));
                }

                await GitAsync("checkout", "-q", "main");
                await GitAsync("merge", "-q", "--no-ff", "-m", "octopus", "one", "two", "three");
                break;
            case "tags":
                await GitAsync("tag", "light");
                await GitAsync("tag", "-a", "-m", "annotated", "annotated");
                await GitAsync("tag", "-a", "-m", "nested", "nested", "annotated");
                await GitAsync("tag", "-a", "-m", "of a blob", "of-blob", "HEAD:README");
                await GitAsync("tag", "-a", "-m", "of a tree", "of-tree", "HEAD:src");
                break;
            case "odd-refs":
                await GitAsync("update-ref", "refs/odd/blob", "HEAD:README");
                await GitAsync("update-ref", "refs/odd/tree", "HEAD:src");
                await GitAsync("update-ref", "refs/notes/commits", "HEAD");
                await GitAsync("update-ref", "refs/pull/1/head", "HEAD");
                await GitAsync("update-ref", "refs/heads/ünïcode/ветка", "HEAD");
                break;
            case "submodule":
                await GitAsync("update-index", "--add", "--cacheinfo", $"160000,{new string('1', Format == GitObjectFormat.Sha1 ? 40 : 64)},module");
                await GitAsync("commit", "-q", "-m", "with a submodule");
                break;
            case "empty":
                var tree = Encoding.ASCII.GetString(await GitCli.RunWithInputAsync(Repository, default, "mktree")).Trim();
                var commit = await GitAsync("commit-tree", tree, "-m", "nothing", "-p", "HEAD");
                await GitAsync("update-ref", "refs/heads/nothing", commit);
                await CommitAsync("zero bytes", ("zero", string.Empty));
                break;
            case "detached":
                await CommitAsync("more", ("more", "more\n"));
                await GitAsync("checkout", "-q", "--detach", "HEAD~1");
                await CommitAsync("aside", ("aside", "aside\n"));
                break;
            case "no-head":
                await GitAsync("branch", "work/one");
                await GitAsync("symbolic-ref", "HEAD", "refs/heads/unborn");
                break;
            case "deltas" or "short-deltas" or "deep-chain" or "reference-deltas":
                await GrowAsync(shape switch { "deep-chain" => 120, "short-deltas" => 6, _ => 30 });
                await GitAsync("repack", "-adfq", "--depth=200", "--window=50");
                break;
            case "rewritten":
                await GrowAsync(12);
                await GitAsync("checkout", "-q", "-b", "work/x", "HEAD~5");
                await CommitAsync("replacement", ("x", "y"));
                await GitAsync("replace", "main", "work/x");
                break;
            case "latin-1":
                var raw = Encoding.Latin1.GetBytes($"tree {await GitAsync("rev-parse", "HEAD^{tree}")}\nauthor J\u00e9r\u00f4me <j> 1 +0000\ncommitter x <y 1 +9999\nencoding latin-1\n\n\u00e9\0\n");
                var id = Encoding.ASCII.GetString(await GitCli.RunWithInputAsync(Repository, raw, "hash-object", "-t", "commit", "-w", "--literally", "--stdin")).Trim();
                await GitAsync("update-ref", "refs/heads/latin", id);
                break;
            case "wide-tree":
                await CommitAsync("wide", [.. Enumerable.Range(0, 600).Select(index => ($"f{index}", $"{index}\n"))]);
                break;
        }

        if (shape == "reference-deltas")
        {
            var refs = await RefsAsync();
            var input = Encoding.ASCII.GetBytes(string.Join('\n', refs.Select(pair => pair.Id)) + "\n");
            var pack = await GitCli.RunWithInputAsync(Repository, input, "-c", "pack.threads=1", "pack-objects", "-q", "--revs", "--stdout");
            await File.WriteAllBytesAsync(BundlePath, Compose(Format, refs, pack));
            return;
        }

        await GitAsync("bundle", "create", "-q", $"--version={version}", BundlePath, "--all");
    }

    private async Task GrowAsync(int commits)
    {
        var lines = Enumerable.Range(0, 300).Select(line => $"line {line} of the text\n").ToArray();
        for (var number = 0; number < commits; number++)
        {
            lines[number * 7 % lines.Length] = $"changed in {number}\n";
            await CommitAsync($"change {number}", ("text", string.Concat(lines)));
        }
    }

    private async Task CommitAsync(string message, params (string Path, string Content)[] files)
    {
        foreach (var (path, content) in files)
        {
            var full = Path.Combine(Repository, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            await File.WriteAllTextAsync(full, content);
        }

        await GitAsync("add", "-A");
        await GitAsync("commit", "-q", "-m", message);
    }
}
