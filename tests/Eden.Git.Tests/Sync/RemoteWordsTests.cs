using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Remotes;
using Microsoft.AspNetCore.Http;

namespace Eden.Git.Tests.Sync;

/// <summary>What a remote says when it does not do what it is asked: its own words reach the user, with what it says about trying again.</summary>
[TestFixture]
[Category("RealGit")]
public class RemoteWordsTests
{
    private const string Braces = "the quota {0} of {team} is used up {";

    [TestCase("the repository is being moved")]
    [TestCase(Braces)]
    public async Task An_error_in_place_of_the_refs_is_told(string words)
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.Answer = context => AnswerAsync(context, "info/refs", "application/x-git-upload-pack-advertisement", Line($"ERR {words}\n"));

        var failure = await FailAsync(scene);

        Assert.That(failure.Message, Does.Contain($"it says: {words}").And.Contain(scene.Url));
    }

    [TestCase("the repository is being moved")]
    [TestCase(Braces)]
    public async Task An_error_in_place_of_the_pack_is_told(string words)
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.Answer = context => AnswerAsync(context, "git-upload-pack", "application/x-git-upload-pack-result", Line($"ERR {words}\n"));

        var failure = await FailAsync(scene);

        Assert.That(failure.Message, Does.Contain($"it says: {words}"));
    }

    [TestCase("the disk of the git host is full")]
    [TestCase(Braces)]
    public async Task A_fatal_error_in_a_side_band_is_told_with_what_came_before_but_without_progress(string words)
    {
        await using var scene = await RemoteScene.CreateAsync();
        byte[] answer = [.. Line("NAK\n"), .. Line("\u0002Counting objects: 100% (3/3), done.\n"), .. Line("\u0002warning: about to "), .. Line("\u0002fail\n"), .. Line($"\u0003{words}")];
        scene.Http.Answer = context => AnswerAsync(context, "git-upload-pack", "application/x-git-upload-pack-result", answer);

        var failure = await FailAsync(scene);

        Assert.That(failure.Message, Does.Contain("warning: about to fail").And.Contain(words).And.Not.Contain("Counting"));
    }

    [Test]
    public async Task What_git_itself_says_of_a_damaged_repository_is_told()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var tree = await GitCli.RunAsync(scene.Served, "rev-parse", "main^{tree}");
        var loose = Path.Combine(scene.Served, "objects", tree[..2], tree[2..]);
        Assert.That(File.Exists(loose), "the push was small enough to be kept as loose objects");
        File.Delete(loose);

        var failure = await FailAsync(scene);

        Assert.That(failure.Message, Does.Contain("it says: ").And.Contain(tree));
    }

    [Test]
    public async Task Neither_control_characters_nor_endless_words_nor_the_credential_reach_the_message()
    {
        await using var scene = await RemoteScene.CreateAsync();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("ada:" + RemoteScene.Password));
        var words = $"\u001b[31mno\u0007 {RemoteScene.Password} {basic} \u202eback{new string('x', 5000)}";
        scene.Http.Answer = context => AnswerAsync(context, "git-upload-pack", "application/x-git-upload-pack-result", Line($"ERR {words}"));

        var failure = await FailAsync(scene);

        Assert.That(failure.Message, Does.Contain("[31mno *** ***").And.Contain("back"));
        Assert.That(failure.Message.Where(character => char.IsControl(character) || character == '\u202e'), Is.Empty);
        Assert.That(failure.Message, Has.Length.LessThan(1500));
    }

    [TestCase(503, "120", true, 120)]
    [TestCase(429, "7", true, 7)]
    [TestCase(429, null, true, null)]
    [TestCase(403, "30", true, 30)]
    [TestCase(403, null, false, null)]
    [TestCase(404, null, false, null)]
    [TestCase(400, null, false, null)]
    [TestCase(501, null, false, null)]
    [TestCase(502, null, true, null)]
    [TestCase(503, "soon", true, null)]
    public async Task What_the_status_and_Retry_After_say_about_trying_again_is_passed_on_with_the_text(int status, string? retryAfter, bool isRetryable, int? seconds)
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.Answer = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/plain; charset=utf-8";
            if (retryAfter is not null)
            {
                context.Response.Headers.RetryAfter = retryAfter;
            }

            await context.Response.WriteAsync("Back at {noon}.\n");
            return true;
        };

        var failure = await FailAsync(scene);

        Assert.That((failure.IsTransient, (int?)failure.RetryAfter?.TotalSeconds), Is.EqualTo((isRetryable, seconds)));
        Assert.That(failure.Message, Does.Contain($"HTTP {status}").And.Contain("it says: Back at {noon}."));
    }

    [Test]
    public async Task A_date_in_Retry_After_is_reckoned_from_the_options_clock()
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.Answer = context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "Fri, 01 May 2026 12:05:00 GMT";
            return Task.FromResult(true);
        };

        var failure = await FailAsync(scene, scene.Options with { TimeProvider = new FixedTime(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero)) });

        Assert.That(failure.RetryAfter, Is.EqualTo(TimeSpan.FromMinutes(5)));
    }

    [Test]
    public async Task A_page_for_browsers_is_not_quoted()
    {
        await using var scene = await RemoteScene.CreateAsync();
        scene.Http.Answer = async context =>
        {
            context.Response.StatusCode = 502;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>Bad gateway</html>");
            return true;
        };

        Assert.That((await FailAsync(scene)).Message, Does.EndWith("HTTP 502."));
    }

    [Test]
    public void A_listener_takes_an_answer_in_any_pieces()
    {
        byte[] answer = [.. Line("NAK\n"), .. Line("\u0001PACKxxxxERR no"), .. Line("\u0002one\n"), .. "0000"u8, .. Line("\u0003two")];
        for (var length = 1; length < answer.Length; length++)
        {
            var words = new RemoteWords();
            var listener = new AnswerListener(words);
            foreach (var piece in answer.Chunk(length))
            {
                listener.Listen(piece);
            }

            Assert.That(words.Text, Is.EqualTo("one | two"), $"in pieces of {length}");
        }
    }

    [TestCase("zzzzERR no")]
    [TestCase("0003")]
    [TestCase("PACK\u0003words")]
    public void A_listener_takes_what_is_no_answer_for_nothing(string bytes)
    {
        var words = new RemoteWords();

        new AnswerListener(words).Listen(Encoding.Latin1.GetBytes(bytes));

        Assert.That(words.Text, Is.Null);
    }

    private static byte[] Line(string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        return [.. Encoding.ASCII.GetBytes($"{bytes.Length + 4:x4}"), .. bytes];
    }

    private static async Task<bool> AnswerAsync(HttpContext context, string pathEnd, string contentType, byte[] body)
    {
        if (!context.Request.Path.Value!.EndsWith(pathEnd, StringComparison.Ordinal) || context.Request.Headers.Authorization.Count == 0)
        {
            return false;
        }

        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(body);
        return true;
    }

    private static async Task<GitException> FailAsync(RemoteScene scene, LocalCloneOptions? options = null)
    {
        var failure = await Assert.CatchAsync<GitException>(() => scene.SyncAsync(options));
        scene.AssertNoSecret(failure);
        scene.AssertNothingTemporary();
        return failure!;
    }
}
