using System.CommandLine;
using System.Text.RegularExpressions;
using Eden.Checkpoint.Server;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Deploy;

/// <summary>The files of <c>samples/deploy</c>, and what the server makes of the arguments in them.</summary>
internal static partial class DeploymentFiles
{
    public const string ExperimentId = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";

    public static string Folder { get; } = Path.Combine(SourceTree.Root, "samples", "deploy");

    public static IEnumerable<string> Scripts => Directory.EnumerateFiles(Folder, "*.sh").Order(StringComparer.Ordinal);

    public static IEnumerable<string> Manifests => Directory.EnumerateFiles(Path.Combine(Folder, "kubernetes"), "*.yaml").Order(StringComparer.Ordinal);

    /// <summary>Gets the names of the settings that <c>setup.sh</c> puts into <c>.env</c>, which is also the source of the Secret.</summary>
    public static IReadOnlySet<string> MadeBySetup { get; } = AddSetting().Matches(Read("setup.sh")).Select(match => match.Groups[1].Value).ToHashSet();

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>Gives a variable of the deployment a value of its kind.</summary>
    public static string ValueOf(string name) => name == "EDEN_EXPERIMENT_ID" ? ExperimentId : $"value-of-{name}";

    /// <summary>Has the server read its flags and variables, with the files that the deployment mounts.</summary>
    /// <param name="arguments">The arguments, with their variables expanded.</param>
    /// <param name="environment">The environment of the container.</param>
    /// <param name="mountedFile">Finds the file that a path in the container stands for.</param>
    public static ServerSettings ReadSettings(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, Func<string, string> mountedFile)
    {
        var root = new RootCommand();
        foreach (var setting in ServerSettings.All)
        {
            root.Options.Add(setting.Option);
        }

        string[] local = [.. arguments.Select(argument => FileFlag().Replace(argument, match => match.Groups[1].Value + mountedFile(match.Groups[2].Value)))];
        var parsed = root.Parse(local, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Assert.That(parsed.Errors.Select(error => error.Message), Is.Empty, "the server does not know its arguments");
        return ServerSettings.Read(parsed, environment.GetValueOrDefault);
    }

    /// <summary>Holds the settings to what every deployment must give.</summary>
    public static void AssertIsComplete(ServerSettings settings, string passwordVariable)
    {
        Assert.Multiple(() =>
        {
            Assert.That(settings.AdminToken, Is.EqualTo("value-of-EDEN_ADMIN_TOKEN"));
            Assert.That(settings.Store.Host, Is.EqualTo("postgres"));
            Assert.That(settings.Store.Password, Is.EqualTo($"value-of-{passwordVariable}"));
            Assert.That(settings.ExperimentId, Is.EqualTo(ExperimentId));
            Assert.That(settings.ExperimentConfig.ToArray(), Is.EqualTo(File.ReadAllBytes(Path.Combine(Folder, "experiment-config.yaml"))));
            Assert.That(settings.RepositoryPath, Does.StartWith("/var/lib/eden/repo/"));
            Assert.That(settings.RemoteUrl, Is.EqualTo("http://forgejo:3000/eden/experiment.git"));
            Assert.That(File.ReadAllText(settings.CredentialHelper!), Is.EqualTo(Read("credential-helper.sh")));
            Assert.That(settings.CredentialsDirectory, Does.StartWith("/var/lib/eden/credentials"));
            Assert.That(settings.AutoCheckpointDirectory, Does.StartWith("/var/lib/eden/checkpoints"));
            Assert.That(settings.Schedule.Enabled, Is.True);
            Assert.That(settings.Address.ToString(), Is.EqualTo("0.0.0.0"), "a container's loopback cannot be reached");
        });
    }

    /// <summary>Whether a name is that of something secret.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    /// <summary>Whether a text has a URL with a password in it that is not a variable's.</summary>
    public static bool HasPlainPassword(string text) => UrlPassword().IsMatch(text);

    /// <summary>Whether arguments, which every user of a machine can see, give a secret away.</summary>
    public static bool TellsSecret(IEnumerable<string> arguments) => arguments.Any(argument => SecretArgument().IsMatch(argument));

    [GeneratedRegex(@"add_setting ([A-Z_]+) ")]
    private static partial Regex AddSetting();

    [GeneratedRegex("^(--(?:experiment-config|credential-helper)=)(.+)$")]
    private static partial Regex FileFlag();

    [GeneratedRegex("PASSWORD|TOKEN|SECRET", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"^--(?:admin-token|store-url)\b|\$[{(][A-Z_]*(?:PASSWORD|TOKEN|SECRET)")]
    private static partial Regex SecretArgument();

    [GeneratedRegex(@"://[^/\s:@]*:(?!\$[{(])[^/\s@]+@")]
    private static partial Regex UrlPassword();
}
