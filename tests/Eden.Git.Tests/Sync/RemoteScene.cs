using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Microsoft.Extensions.Logging;

namespace Eden.Git.Tests.Sync;

/// <summary>A bare repository served over HTTP, a working copy that changes it, a place for the clone, and everything that was logged.</summary>
internal sealed class RemoteScene : IAsyncDisposable
{
    public const string Password = "pa55-Geheim-wörd";

    private RemoteScene(TempFolder folder, GitHttpRemote http)
    {
        Folder = folder;
        Http = http;
    }

    public TempFolder Folder { get; }

    public GitHttpRemote Http { get; }

    public RecordingLogger Logger { get; } = new();

    public string Served => Folder["served/exp.git"];

    public string Work => Folder["work"];

    public string Clone => Folder["clones/exp.git"];

    public string Url => Http.Url("exp.git");

    public LocalCloneOptions Options => new() { Logger = Logger, Credentials = new StaticCredentials("ada", Password) };

    public static async Task<RemoteScene> CreateAsync(bool withCommits = true)
    {
        var folder = new TempFolder();
        Directory.CreateDirectory(folder["served"]);
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", folder["served/exp.git"]);
        await GitCli.RunAsync(folder.Path, "init", "-q", "-b", "main", "work");
        var http = await GitHttpRemote.StartAsync(folder["served"]);
        (http.UserName, http.Password) = ("ada", Password);
        var scene = new RemoteScene(folder, http);
        if (withCommits)
        {
            await scene.CommitAsync("first");
            await scene.CommitAsync("second");
            await scene.GitAsync("tag", "-a", "-m", "a tag", "v1");
            await scene.GitAsync("branch", "work/one", "HEAD~1");
            await scene.PushAsync();
        }

        return scene;
    }

    public Task<string> GitAsync(params string[] arguments) => GitCli.RunAsync(Work, arguments);

    public async Task<string> CommitAsync(string text, int bytes = 100)
    {
        await File.WriteAllBytesAsync(Path.Combine(Work, "file"), Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(value => (byte)value)], bytes));
        await GitAsync("add", ".");
        await GitAsync("commit", "-q", "-m", text);
        return await GitAsync("rev-parse", "HEAD");
    }

    /// <summary>Makes the served repository's refs those of the working copy.</summary>
    public Task<string> PushAsync() => GitAsync("push", "-q", "--mirror", Served);

    public Task<LocalCloneResult> SyncAsync(LocalCloneOptions? options = null, CancellationToken cancellationToken = default)
        => LocalClone.EnsureAsync(Clone, Url, options ?? Options, cancellationToken);

    public static Task<string> RefsAsync(string repository)
        => GitCli.RunAsync(repository, "-c", "safe.directory=*", "for-each-ref", "--format=%(objectname) %(refname)");

    /// <summary>Checks with git that the clone is whole and has the remote's refs, and that nothing temporary is left.</summary>
    public async Task AssertIsMirrorAsync()
    {
        await GitCli.RunAsync(Clone, "fsck", "--full", "--strict");
        Assert.That(await RefsAsync(Clone), Is.EqualTo(await RefsAsync(Served)));
        Assert.That(
            await GitCli.RunAsync(Clone, "rev-list", "--objects", "--all"), Is.EqualTo(await GitCli.RunAsync(Served, "rev-list", "--objects", "--all")));
        AssertNothingTemporary();
    }

    public void AssertNothingTemporary()
    {
        Assert.That(
            Directory.Exists(Folder["clones"]) ? Directory.EnumerateFileSystemEntries(Folder["clones"]).Select(Path.GetFileName) : [],
            Is.SubsetOf((string[])["exp.git", "exp.git.sync-lock"]));
        if (Directory.Exists(Clone))
        {
            Assert.That(
                Directory.EnumerateFileSystemEntries(Clone).Select(Path.GetFileName), Is.SubsetOf((string[])["HEAD", "config", "objects", "refs", "packed-refs", "eden-checkpoint-clone"]));
            Assert.That(Directory.EnumerateFiles(Path.Combine(Clone, "objects", "pack")).Select(Path.GetExtension), Is.All.EqualTo(".pack").Or.EqualTo(".idx"));
        }
    }

    /// <summary>Checks that neither the exception, with everything inside it, nor the log shows the password.</summary>
    public void AssertNoSecret(Exception? exception = null)
    {
        var text = exception + "\n" + string.Join('\n', Logger.Messages);
        Assert.That(text, Does.Not.Contain(Password).And.Not.Contain(Convert.ToBase64String(Encoding.UTF8.GetBytes("ada:" + Password))));
    }

    public async ValueTask DisposeAsync()
    {
        await Http.DisposeAsync();
        Folder.Dispose();
    }

    internal sealed class RecordingLogger : ILogger
    {
        private readonly List<string> _messages = [];

        public IReadOnlyList<string> Messages
        {
            get
            {
                lock (_messages)
                {
                    return [.. _messages];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_messages)
            {
                _messages.Add($"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}");
            }
        }
    }
}
