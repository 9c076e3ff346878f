using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Git.Tests.Sync;

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

        var failure = await Assert.CatchAsync<GitException>(() => helper.GetAsync(new Uri("https://git.example.org/")));

        Assert.That(failure!.ToString(), Does.Contain(message).And.Contain(helper.Path).And.Not.Contain("geheim"));
    }

    [TestCase("https://ada@git.example.org/exp.git", false, "protocol=https\nhost=git.example.org\nusername=ada\n\n")]
    [TestCase("https://ada%40example.org@git.example.org:8443/exp.git", false, "protocol=https\nhost=git.example.org:8443\nusername=ada@example.org\n\n")]
    [TestCase("https://ada:geheim@git.example.org/exp.git", false, "protocol=https\nhost=git.example.org\nusername=ada\n\n")]
    [TestCase("https://git.example.org/org/my%20exp.git", true, "protocol=https\nhost=git.example.org\npath=org/my exp.git\n\n")]
    [TestCase("https://ada@git.example.org/exp.git", true, "protocol=https\nhost=git.example.org\npath=exp.git\nusername=ada\n\n")]
    public async Task A_user_in_the_url_and_the_path_when_wanted_are_asked_for_in_git_s_order(string url, bool withPath, string question)
    {
        var script = Script($"cat > '{_folder["question"]}'; echo password=x");
        var helper = new CredentialHelper(script.Path) { UseHttpPath = withPath };

        try
        {
            await helper.GetAsync(new Uri(url));
        }
        catch (GitException)
        {
            Assert.That(url, Does.Not.Contain("@"), "without a user there is only a password");
        }

        Assert.That(await File.ReadAllTextAsync(_folder["question"]), Is.EqualTo(question));
    }

    [TestCase("printf 'password=x\\n'", "ada", "x")]
    [TestCase("printf 'username=bob\\npassword=x\\n'", "bob", "x")]
    [TestCase("printf 'password=x'", "ada", "x")]
    [TestCase("printf 'password=x\\r\\n\\r\\nusername=bob\\r\\n'", "ada", "x")]
    [TestCase("printf 'password=first\\npassword=last=\\n\\npassword=after\\n'", "ada", "last=")]
    [TestCase("printf 'url=https://bob:p%%40ss@elsewhere.example/x\\n'", "bob", "p@ss")]
    [TestCase("printf 'url=https://bob@git.example.org\\npassword=x\\n'", "bob", "x")]
    [TestCase("printf 'url=nonsense\\npassword=x\\nquit=0\\nquit=false\\nno key\\n=\\n'", "ada", "x")]
    [TestCase("printf 'password=x\\npassword_expiry_utc=99999999999\\n'", "ada", "x")]
    [TestCase("printf 'password=x\\npassword_expiry_utc=never\\n'", "ada", "x")]
    [TestCase("printf 'password=x\\n'; exit 1", "ada", "x")]
    [TestCase("printf 'password=\\n'", "ada", "")]
    public async Task Answers_are_read_as_git_reads_them(string script, string userName, string password)
    {
        var credential = await Script(script).GetAsync(new Uri("https://ada@git.example.org/exp.git"));

        Assert.That((credential.UserName, credential.Password), Is.EqualTo((userName, password)));
    }

    [TestCase("printf 'password=geheim\\nquit=1\\n'", "quit", false)]
    [TestCase("printf 'quit=true\\n'", "quit", false)]
    [TestCase("printf 'password=geheim\\npassword_expiry_utc=1500000000\\n'", "has expired", false)]
    [TestCase("printf 'username=ada\\n'", "no password= line", false)]
    [TestCase("exit 4", "exit code 4", true)]
    [TestCase("kill -9 $$", "exit code 137", true)]
    public async Task An_answer_that_is_none_says_why_and_whether_asking_again_may_help(string script, string message, bool isRetryable)
    {
        var failure = await Assert.CatchAsync<GitException>(() => Script(script).GetAsync(new Uri("https://ada@git.example.org/exp.git")));

        Assert.That(failure!.Message, Does.Contain(message).And.Not.Contain("geheim"));
        Assert.That(failure.IsTransient, Is.EqualTo(isRetryable));
    }

    [Test]
    public async Task In_a_sync_the_user_of_the_url_is_asked_for_with_the_remote_s_challenge_and_a_password_alone_is_enough()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var helper = Script($"cat > '{_folder["question"]}'; echo 'password={RemoteScene.Password}'");

        await LocalClone.EnsureAsync(scene.Clone, scene.Url.Replace("http://", "http://ada@", StringComparison.Ordinal), scene.Options with { Credentials = helper });

        await scene.AssertIsMirrorAsync();
        Assert.That(
            await File.ReadAllTextAsync(_folder["question"]),
            Is.EqualTo($"protocol=http\nhost={scene.Http.BaseAddress.Authority}\nusername=ada\nwwwauth[]=Basic realm=\"EDEN\", charset=\"UTF-8\"\n\n"));
        Assert.That(await GitCli.RunAsync(scene.Clone, "config", "remote.origin.url"), Is.EqualTo(scene.Url), "the user is no part of what is stored");
        scene.AssertNoSecret();
    }

    [TestCase("https://a%0Ahost=evil.example@git.example.org/exp.git")]
    [TestCase("https://a%00b@git.example.org/exp.git")]
    public async Task A_user_with_a_line_break_in_the_url_is_refused_before_anything_is_asked(string url)
    {
        var helper = Script($"touch '{_folder["asked"]}'; echo password=x");

        await Assert.ThatAsync(() => LocalClone.EnsureAsync(_folder["clone.git"], url, new LocalCloneOptions { Credentials = helper }), Throws.ArgumentException);
        await Assert.ThatAsync(() => helper.GetAsync(new Uri(url)), Throws.InstanceOf<GitException>());

        Assert.That(File.Exists(_folder["asked"]), Is.False);
    }

    [Test]
    public async Task A_helper_that_is_missing_or_no_program_is_named()
    {
        var missing = new CredentialHelper(_folder["missing"]);
        var noProgram = new CredentialHelper(_folder["text"]);
        await File.WriteAllTextAsync(noProgram.Path, "just text");

        foreach (var helper in (CredentialHelper[])[missing, noProgram])
        {
            var failure = await Assert.CatchAsync<GitException>(() => helper.GetAsync(new Uri("https://git.example.org/")));
            Assert.That(failure!.Message, Does.Contain(helper.Path));
        }
    }

    [Test]
    public async Task A_helper_that_hangs_is_killed_with_its_children()
    {
        var script = Script($"sh -c 'echo $$ > \"{_folder["pid"]}\"; exec sleep 600' & wait");
        var helper = new CredentialHelper(script.Path) { Timeout = TimeSpan.FromMilliseconds(500) };

        var failure = await Assert.CatchAsync<GitException>(() => helper.GetAsync(new Uri("https://git.example.org/")));

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

        var failure = await Assert.CatchAsync<GitException>(() => scene.SyncAsync(scene.Options with { Credentials = helper }));

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
