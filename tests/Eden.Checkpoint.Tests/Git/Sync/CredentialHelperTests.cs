using Eden.Checkpoint.Git;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Git.Sync;

/// <summary>Helper scripts that answer, fail, hang or talk too much.</summary>
[TestFixture]
[Platform(Exclude = "Win", Reason = "The helpers are shell scripts.")]
public class CredentialHelperTests
{
    private const string Secret = "s3cret=with=equals and space";
    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("https://git.example.org/exp.git", "protocol=https\nhost=git.example.org\n\n")]
    [TestCase("http://forgejo:3000/org/exp.git", "protocol=http\nhost=forgejo:3000\n\n")]
    [TestCase("http://[::1]:3000/exp.git", "protocol=http\nhost=[::1]:3000\n\n")]
    public async Task The_question_has_protocol_and_host_lines_and_the_argument_get(string url, string question)
    {
        var helper = Script($"printf '%s|' \"$@\" > '{_folder["arguments"]}'; cat > '{_folder["question"]}'; echo username=ada; echo 'password={Secret}'");

        var credential = await helper.GetAsync(new Uri(url));

        Assert.That(await File.ReadAllTextAsync(_folder["question"]), Is.EqualTo(question));
        Assert.That(await File.ReadAllTextAsync(_folder["arguments"]), Is.EqualTo("get|"));
        Assert.That((credential.UserName, credential.Password), Is.EqualTo(("ada", Secret)));
        Assert.That($"{credential} {new StaticCredentials("ada", Secret)} {helper}", Does.Not.Contain(Secret));
    }

    [Test]
    public async Task Other_lines_and_carriage_returns_are_ignored()
    {
        var helper = Script("printf 'protocol=https\\r\\nusername=ada\\r\\nquit=0\\r\\npassword=x\\r\\n\\r\\n'");

        var credential = await helper.GetAsync(new Uri("https://git.example.org/"));

        Assert.That((credential.UserName, credential.Password), Is.EqualTo(("ada", "x")));
    }

    [TestCase("echo username=ada; echo password=geheim >&2; exit 3", "exit code 3")]
    [TestCase("echo username=ada; echo pass=geheim", "no password= line")]
    [TestCase("echo password=geheim", "no username= line")]
    [TestCase("echo username=a:b; echo password=geheim", "cannot be used")]
    [TestCase("echo password=geheim; head -c 100000 /dev/zero", "more than 65536 bytes")]
    public async Task A_helper_that_fails_is_named_but_not_quoted(string script, string message)
    {
        var helper = Script(script);

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => helper.GetAsync(new Uri("https://git.example.org/")));

        Assert.That(failure!.ToString(), Does.Contain(message).And.Contain(helper.Path).And.Not.Contain("geheim"));
    }

    [Test]
    public async Task A_helper_that_is_missing_or_no_program_is_named()
    {
        var missing = new CredentialHelper(_folder["missing"]);
        var noProgram = new CredentialHelper(_folder["text"]);
        await File.WriteAllTextAsync(noProgram.Path, "just text");

        foreach (var helper in (CredentialHelper[])[missing, noProgram])
        {
            var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => helper.GetAsync(new Uri("https://git.example.org/")));
            Assert.That(failure!.Message, Does.Contain(helper.Path));
        }
    }

    [Test]
    public async Task A_helper_that_hangs_is_killed_with_its_children()
    {
        var script = Script($"sh -c 'echo $$ > \"{_folder["pid"]}\"; exec sleep 600' & wait");
        var helper = new CredentialHelper(script.Path) { Timeout = TimeSpan.FromMilliseconds(500) };

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => helper.GetAsync(new Uri("https://git.example.org/")));

        Assert.That(failure!.InnerException, Is.InstanceOf<TimeoutException>());
        var child = int.Parse((await File.ReadAllTextAsync(_folder["pid"])).Trim(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(() => IsAlive(child), Is.False.After(10_000, 20), "a killed process may take a moment to go");
    }

    [Test]
    public async Task A_cancelled_question_kills_the_helper_and_passes_through()
    {
        await GitCli.RunAsync(_folder.Path, "--version");
        using var cancellation = new CancellationTokenSource();
        using var begun = new FileSystemWatcher(_folder.Path, "begun") { EnableRaisingEvents = true };
        begun.Created += (_, _) => cancellation.Cancel();
        var helper = Script($"touch '{_folder["begun"]}'; exec sleep 600");

        await Assert.ThatAsync(
            () => helper.GetAsync(new Uri("https://git.example.org/"), cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_sync_asks_the_helper_once_and_only_when_the_remote_wants_it()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var helper = Script($"echo asked >> '{_folder["asked"]}'; echo username=ada; echo 'password={RemoteScene.Password}'");
        var options = scene.Options with { Credentials = helper };

        await scene.SyncAsync(options);
        await scene.AssertIsMirrorAsync();
        Assert.That(await File.ReadAllLinesAsync(_folder["asked"]), Has.Length.EqualTo(1));

        scene.Http.UserName = null;
        await scene.SyncAsync(options);
        Assert.That(await File.ReadAllLinesAsync(_folder["asked"]), Has.Length.EqualTo(1));
        scene.AssertNoSecret();
    }

    [Test]
    public async Task A_failing_helper_fails_the_sync_with_its_own_message()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var helper = Script("exit 9");

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => scene.SyncAsync(scene.Options with { Credentials = helper }));

        Assert.That(failure!.Message, Does.Contain("exit code 9"));
        scene.AssertNothingTemporary();
    }

    [TestCase("a\nb", "x")]
    [TestCase("a", "x\r")]
    [TestCase("a:b", "x")]
    [TestCase("a", "x\0y")]
    public void A_credential_with_line_breaks_cannot_be_made(string userName, string password)
        => Assert.That(() => new GitCredential(userName, password), Throws.ArgumentException.And.Message.Not.Contains(password));

    private CredentialHelper Script(string body)
    {
        var path = _folder["helper with space"];
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new CredentialHelper(path);
    }

    private static bool IsAlive(int process)
    {
        try
        {
            // A killed process that its new parent has not collected yet is a zombie.
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
