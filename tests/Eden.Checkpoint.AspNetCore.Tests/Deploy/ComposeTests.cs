using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Eden.Checkpoint.AspNetCore.Tests.Deploy;

[TestFixture]
public partial class ComposeTests
{
    private YamlNode _compose = null!;

    private YamlNode? Server => _compose.At("services", "checkpoint-server");

    [OneTimeSetUp]
    public void SetUp() => _compose = YamlNodes.Load(Path.Combine(DeploymentFiles.Folder, "compose.yaml")).Single();

    [Test]
    public void The_server_understands_what_it_is_given()
    {
        var environment = Server.At("environment").Entries().ToDictionary(entry => entry.Key, entry => Expand(entry.Value.Text()));

        var settings = DeploymentFiles.ReadSettings(Server.At("command").Texts().Select(Expand), environment, MountedFile);

        DeploymentFiles.AssertIsComplete(settings, "EDEN_POSTGRES_PASSWORD");
        Assert.That(Server.At("ports").Texts().Single(), Is.EqualTo($"127.0.0.1:{settings.Port}:{settings.Port}"));
    }

    [Test]
    public void What_it_writes_lies_on_volumes_of_its_own()
    {
        var targets = Server.At("volumes").Texts().Select(volume => volume.Split(':')).ToDictionary(parts => parts[1], parts => parts[0]);
        var others = _compose.At("services").Entries().Where(service => service.Key != "checkpoint-server")
            .SelectMany(service => service.Value.At("volumes").Texts()).Select(volume => volume.Split(':')[0]);

        foreach (var flag in (string[])["--repo-path=", "--checkpoint-import-credentials-dir=", "--auto-checkpoint-dir="])
        {
            var path = Server.At("command").Texts().Single(argument => argument.StartsWith(flag, StringComparison.Ordinal))[flag.Length..];
            var mount = targets.Keys.Single(target => path == target || path.StartsWith(target + "/", StringComparison.Ordinal));
            Assert.That(_compose.At("volumes").Entries().Select(volume => volume.Key), Has.Member(targets[mount]), flag);
            Assert.That(others, Has.No.Member(targets[mount]), flag);
        }

        // A root file system that cannot be written needs a place for what exports and imports spool.
        Assert.That(Server.At("read_only").Text(), Is.EqualTo("true"));
        Assert.That(targets, Contains.Key("/var/lib/eden/tmp"));
        Assert.That(DeploymentFiles.Read("Containerfile"), Does.Contain("TMPDIR=/var/lib/eden/tmp"));
    }

    [Test]
    public void No_secret_stands_in_it_or_in_an_argument()
    {
        var environment = _compose.At("services").Entries().SelectMany(service => service.Value.At("environment").Entries())
            .Where(entry => DeploymentFiles.IsSecretName(entry.Key)).ToArray();

        Assert.That(environment, Has.Length.EqualTo(3));
        Assert.That(environment.Select(entry => entry.Value.Text()), Is.All.StartsWith("${"));
        Assert.That(_compose.AllTexts().Where(DeploymentFiles.HasPlainPassword), Is.Empty);
        Assert.That(DeploymentFiles.TellsSecret(_compose.At("services").Entries().SelectMany(service => service.Value.At("command").Texts())), Is.False);
    }

    [Test]
    public void Setup_makes_every_variable_that_it_uses()
    {
        var used = _compose.AllTexts().SelectMany(text => Variable().Matches(text)).Select(match => match.Groups[1].Value).Distinct();

        Assert.That(used, Is.EquivalentTo(DeploymentFiles.MadeBySetup));
    }

    [Test]
    public void The_server_starts_without_the_git_host()
        => Assert.That(Server.At("depends_on").Entries().Select(entry => entry.Key), Is.EqualTo(new[] { "postgres" }));

    private static string Expand(string text) => Variable().Replace(text, match => DeploymentFiles.ValueOf(match.Groups[1].Value));

    private string MountedFile(string path)
    {
        var mount = Server.At("volumes").Texts().Select(volume => volume.Split(':')).Single(parts => parts[1] == path);
        Assert.That(mount, Has.Length.EqualTo(3).And.ItemAt(2).EqualTo("ro"), $"{path} is not mounted read-only");
        return Path.Combine(DeploymentFiles.Folder, mount[0]);
    }

    [GeneratedRegex(@"\$\{([A-Z_]+)[^}]*\}")]
    private static partial Regex Variable();
}
