using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git.Objects;

namespace Eden.Git.Tests.Objects;

[TestFixture]
public class RefNameTests
{
    [Test]
    public async Task Names_are_legal_exactly_when_git_says_so()
    {
        var random = new Random(5);
        string[] parts = ["a", "b.lock", ".", "..", "/", "//", "@", "@{", "{", "~", "^", ":", "?", "*", "[", "]", "\\", " ", "\t", "\u007f", "é", "-", ".a", "a.", "heads", "lock", ".lock", "refs/"];
        using var folder = new TempFolder();
        for (var round = 0; round < 150; round++)
        {
            var name = (random.Next(3) > 0 ? "refs/heads/" : string.Empty) + string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => parts[random.Next(parts.Length)]));
            var (exitCode, _, _) = await GitCli.TryRunAsync(folder.Path, default, "check-ref-format", name);
            Assert.That(RefName.HasLegalFormat(Encoding.UTF8.GetBytes(name)), Is.EqualTo(exitCode == 0), $"seed 5, \"{name}\"");
        }
    }

    [TestCase("HEAD", true)]
    [TestCase("refs/heads/main", true)]
    [TestCase("heads/main", false)]
    [TestCase("FETCH_HEAD", false)]
    public void A_bundle_may_list_HEAD_and_names_under_refs(string name, bool legal)
        => Assert.That(RefName.IsLegal(Encoding.UTF8.GetBytes(name)), Is.EqualTo(legal));
}
