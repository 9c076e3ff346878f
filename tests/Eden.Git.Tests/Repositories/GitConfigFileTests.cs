using Eden.Checkpoint.Tests.Kit;
using Eden.Git.Repositories;

namespace Eden.Git.Tests.Repositories;

[TestFixture]
internal sealed class GitConfigFileTests
{
    private const string Sample = """
        # a comment
        [core]
        	repositoryformatversion = 1 ; with a comment
        	bare
        	name = "  kept " and tail  
        	hash = "a # b" ; c
        	long = one \
        two
        	escaped = "tab\tquote\"back\\"
        	empty =
        [remote "Origin One"] url = x
        	fetch = +refs/*:refs/*
        [remote "esc\"aped\\"]
        	promisor = yes
        [Section.Sub] Key = v

        """;

    [Test]
    public async Task Settings_are_read_as_git_reads_them()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["config"], Sample.ReplaceLineEndings("\n"));
        var listed = await GitCli.RunAsync(folder.Path, "config", "--file", folder["config"], "--list", "-z");
        var expected = listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(item => item.Split('\n', 2))
            .Select(pair => (pair[0], pair.Length == 2 ? pair[1] : null)).ToArray();

        Assert.That(GitConfigFile.Parse(Sample.ReplaceLineEndings("\n")).Settings, Is.EqualTo(expected));
        Assert.That(GitConfigFile.Parse(Sample.ReplaceLineEndings("\r\n")).Settings, Is.EqualTo(expected));
    }

    [TestCase("bare = true\n", "line 1")]
    [TestCase("[core\n", "line 1")]
    [TestCase("[core]\n1x = 2\n", "line 2")]
    [TestCase("[core]\nx ! y\n", "line 2")]
    [TestCase("[core]\nx = \"open\n", "line 2")]
    [TestCase("[core]\nx = \\q\n", "line 2")]
    [TestCase("[a \"b\n\"]\n", "line ")]
    public void What_git_refuses_is_refused_with_its_line(string text, string expected)
        => Assert.That(() => GitConfigFile.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(expected));

    [Test]
    public void Any_text_gives_settings_or_a_format_error()
    {
        var random = new Random(20260);
        const string alphabet = "[]\"\\=#; \t\r\nab.1-";
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Create(random.Next(40), random, static (place, source) =>
            {
                foreach (ref var letter in place)
                {
                    letter = alphabet[source.Next(alphabet.Length)];
                }
            });
            try
            {
                Assert.That(GitConfigFile.Parse(text).Settings, Is.Not.Null);
            }
            catch (FormatException refusal)
            {
                Assert.That(refusal.Message, Does.StartWith("line "), $"seed 20260, round {round}");
            }
        }
    }
}
