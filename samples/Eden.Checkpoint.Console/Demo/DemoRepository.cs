using LibGit2Sharp;

namespace Eden.Checkpoint.ConsoleHost.Demo;

/// <summary>The demo's git remote of record: a bare repository on disk, written with LibGit2Sharp.</summary>
internal sealed class DemoRepository : IDisposable
{
    private const string MainBranch = "refs/heads/main";

    private readonly Repository _repository;
    private readonly Identity _author = new("Demo Worker", "demo@example.org");
    private DateTimeOffset _clock = new(2026, 5, 1, 8, 0, 0, TimeSpan.Zero);

    private DemoRepository(string path)
    {
        Path = path;
        Repository.Init(path, isBare: true);
        _repository = new Repository(path);
        Seed = Commit(
            [],
            "Seed the experiment",
            ("README.md", "# The experiment\n\nMake `solve` faster without changing what it answers.\n"),
            ("solve.py", "def solve(rows):\n    return sorted(rows)\n"));
        _repository.Refs.Add(MainBranch, new ObjectId(Seed));
        _repository.Refs.UpdateTarget("HEAD", MainBranch);
    }

    public string Path { get; }

    /// <summary>Gets the commit that <c>main</c> starts with.</summary>
    public string Seed { get; }

    public int RefCount => _repository.Refs.Count();

    public static DemoRepository Create(string path) => new(path);

    /// <summary>Commits a worker's attempt on a branch <c>work/…</c> of its own, in two steps as workers do.</summary>
    /// <returns>The tip.</returns>
    public string CommitWork(string branch, string parent, string idea, int seed)
    {
        var draft = Commit([parent], $"Try: {idea}", ("solve.py", Program(idea, seed)));
        var tip = Commit([draft], $"Measure: {idea}", ("notes/measurements.md", $"# {idea}\n\nrun {seed}: {1000 - (seed * 7 % 400)} ms\n"));
        _repository.Refs.Add($"refs/heads/{branch}", new ObjectId(tip));
        return tip;
    }

    /// <summary>Squashes an attempt onto its parent, as the integrator does with winners, on a branch <c>variant/…</c>.</summary>
    /// <returns>The squashed commit.</returns>
    public string Integrate(string branch, string parent, string work, string idea)
    {
        var tree = _repository.Lookup<Commit>(work).Tree;
        var commit = Write(tree, [parent], $"Integrate: {idea}");
        _repository.Refs.Add($"refs/heads/{branch}", new ObjectId(commit));
        return commit;
    }

    public void DeleteBranch(string branch) => _repository.Refs.Remove($"refs/heads/{branch}");

    public void RestoreBranch(string branch, string commit) => _repository.Refs.Add($"refs/heads/{branch}", new ObjectId(commit));

    public void Dispose() => _repository.Dispose();

    private string Commit(string[] parents, string message, params (string Path, string Text)[] files)
    {
        var definition = parents.Length == 0
            ? new TreeDefinition()
            : TreeDefinition.From(_repository.Lookup<Commit>(parents[0]));
        foreach (var (path, text) in files)
        {
            using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
            definition.Add(path, _repository.ObjectDatabase.CreateBlob(content), Mode.NonExecutableFile);
        }

        return Write(_repository.ObjectDatabase.CreateTree(definition), parents, message);
    }

    private string Write(Tree tree, string[] parents, string message)
    {
        _clock += TimeSpan.FromMinutes(3);
        var signature = new Signature(_author, _clock);
        return _repository.ObjectDatabase.CreateCommit(
            signature, signature, $"{message}\n", tree, parents.Select(_repository.Lookup<Commit>), prettifyMessage: false).Sha;
    }

    private static string Program(string idea, int seed)
        => $"# {idea}\n\nCHUNK = {64 << (seed % 5)}\n\n\ndef solve(rows):\n    return merge(sorted(rows[i:i + CHUNK]) for i in range(0, len(rows), CHUNK))\n";
}
