using System.Text.RegularExpressions;
using Eden.Checkpoint.Tests.Kit;
using YamlDotNet.RepresentationModel;

namespace Eden.Checkpoint.AspNetCore.Tests.Deploy;

[TestFixture]
public partial class KubernetesTests
{
    private YamlNode[] _objects = null!;

    private YamlNode? Pod => Named("Deployment", "checkpoint-server").At("spec", "template", "spec");

    private YamlNode Container => Pod.At("containers").Items().Single();

    [OneTimeSetUp]
    public void SetUp() => _objects = [.. DeploymentFiles.Manifests.SelectMany(YamlNodes.Load)];

    [Test]
    public void The_server_understands_what_it_is_given()
    {
        using var folder = new TempFolder();
        var environment = new Dictionary<string, string>();
        foreach (var variable in Container.At("env").Items())
        {
            // As the kubelet does it: variables that stand before may be used.
            var value = variable.At("value") is { } plain ? Expand(plain.Text(), environment) : DeploymentFiles.ValueOf(KeyOf(variable));
            environment.Add(variable.At("name").Text(), value);
        }

        var arguments = Container.At("args").Texts().Select(argument => Expand(argument, environment));
        var settings = DeploymentFiles.ReadSettings(arguments, environment, path => MountedFile(path, folder));

        DeploymentFiles.AssertIsComplete(settings, "EDEN_POSTGRES_PASSWORD");
        Assert.That(Container.At("ports").Items().Single().At("containerPort").Text(), Is.EqualTo($"{settings.Port}"));
        Assert.That(Container.At("readinessProbe", "httpGet", "path").Text(), Is.EqualTo("/healthz"));
    }

    [Test]
    public void What_it_writes_lies_on_its_claim()
    {
        var claimed = Pod.At("volumes").Items().Single(volume => volume.At("persistentVolumeClaim") is not null);
        Assert.That(Named("PersistentVolumeClaim", claimed.At("persistentVolumeClaim", "claimName").Text()), Is.Not.Null);
        foreach (var flag in (string[])["--repo-path=", "--checkpoint-import-credentials-dir=", "--auto-checkpoint-dir="])
        {
            var path = Container.At("args").Texts().Single(argument => argument.StartsWith(flag, StringComparison.Ordinal))[flag.Length..];
            Assert.That(MountOf(path).At("name").Text(), Is.EqualTo(claimed.At("name").Text()), flag);
        }
    }

    [Test]
    public void The_helper_can_be_run_and_is_the_script()
    {
        var volume = Pod.At("volumes").Items().Single(volume => volume.At("configMap", "name").Text() == "eden-credential-helper");

        Assert.That(Convert.ToInt32(volume.At("configMap", "defaultMode").Text(), 8) & 0b1_001_001, Is.EqualTo(0b1_001_001));
        Assert.That(
            Named("ConfigMap", "eden-credential-helper").At("data", "credential-helper.sh").Text(), Is.EqualTo(DeploymentFiles.Read("credential-helper.sh")));
    }

    [Test]
    public void Secrets_come_from_a_Secret_that_setup_makes()
    {
        Assert.That(_objects.Select(item => item.At("kind").Text()), Has.No.Member("Secret"));
        Assert.That(_objects.SelectMany(item => item.AllTexts()).Where(DeploymentFiles.HasPlainPassword), Is.Empty);
        var secrets = _objects.SelectMany(Containers).SelectMany(container => container.At("env").Items())
            .Where(variable => DeploymentFiles.IsSecretName(variable.At("name").Text())).ToArray();
        Assert.That(secrets, Has.Length.EqualTo(4));
        foreach (var variable in secrets)
        {
            Assert.That(variable.At("value"), Is.Null, variable.At("name").Text());
            Assert.That(variable.At("valueFrom", "secretKeyRef", "name").Text(), Is.EqualTo("eden-checkpoint"));
            Assert.That(DeploymentFiles.MadeBySetup, Has.Member(KeyOf(variable)));
        }

        Assert.That(DeploymentFiles.TellsSecret(_objects.SelectMany(Containers).SelectMany(container => container.At("args").Texts())), Is.False);
    }

    [Test]
    public void Every_reference_has_its_target()
    {
        var mounted = Pod.At("volumes").Items().Select(volume => volume.At("name").Text()).ToArray();
        Assert.That(Container.At("volumeMounts").Items().Select(mount => mount.At("name").Text()).Distinct(), Is.EquivalentTo(mounted));
        foreach (var workload in _objects.Where(item => Containers(item).Any()))
        {
            var labels = workload.At("spec", "template", "metadata", "labels", "app").Text();
            Assert.That(workload.At("spec", "selector", "matchLabels", "app").Text(), Is.EqualTo(labels));
            Assert.That(Named("Service", workload.At("metadata", "name").Text()).At("spec", "selector", "app").Text(), Is.EqualTo(labels));
        }

        var setup = DeploymentFiles.Read("setup.sh");
        foreach (var manifest in DeploymentFiles.Manifests)
        {
            Assert.That(setup, Does.Contain($"kubernetes/{Path.GetFileName(manifest)}"));
        }
    }

    [Test]
    public void The_server_runs_without_privileges_as_the_user_of_the_image()
    {
        // APP_UID of the runtime images.
        Assert.That(Pod.At("securityContext", "runAsUser").Text(), Is.EqualTo("1654"));
        Assert.That(Pod.At("securityContext", "runAsNonRoot").Text(), Is.EqualTo("true"));
        Assert.That(Container.At("securityContext", "readOnlyRootFilesystem").Text(), Is.EqualTo("true"));
        Assert.That(Named("Deployment", "checkpoint-server").At("spec", "replicas").Text(), Is.EqualTo("1"), "the clone belongs to one process");
    }

    [Test]
    public void No_pod_gets_variables_that_Kubernetes_makes_of_services()
    {
        var pods = _objects.Where(item => Containers(item).Any()).ToArray();

        Assert.That(pods, Has.Length.EqualTo(3));
        foreach (var pod in pods)
        {
            Assert.That(pod.At("spec", "template", "spec", "enableServiceLinks")?.Text(), Is.EqualTo("false"), pod.At("metadata", "name").Text());
        }
    }

    private static IEnumerable<YamlNode> Containers(YamlNode item) => item.At("spec", "template", "spec", "containers").Items();

    private static string KeyOf(YamlNode variable)
        => (variable.At("valueFrom", "secretKeyRef", "key") ?? variable.At("valueFrom", "configMapKeyRef", "key")).Text();

    private static string Expand(string text, Dictionary<string, string> environment)
        => Variable().Replace(text, match => environment[match.Groups[1].Value]);

    private YamlNode? Named(string kind, string name)
        => _objects.SingleOrDefault(item => item.At("kind").Text() == kind && item.At("metadata", "name").Text() == name);

    private YamlNode MountOf(string path)
        => Container.At("volumeMounts").Items().Single(
            mount => path == mount.At("mountPath").Text() || path.StartsWith(mount.At("mountPath").Text() + "/", StringComparison.Ordinal));

    private string MountedFile(string path, TempFolder folder)
    {
        var mount = MountOf(path);
        Assert.That(mount.At("readOnly").Text(), Is.EqualTo("true"), path);
        var map = Pod.At("volumes").Items().Single(volume => volume.At("name").Text() == mount.At("name").Text()).At("configMap", "name").Text();
        var file = folder[Path.GetFileName(path)];
        File.WriteAllText(file, Named("ConfigMap", map).At("data", Path.GetFileName(path)).Text());
        return file;
    }

    [GeneratedRegex(@"\$\(([A-Z_]+)\)")]
    private static partial Regex Variable();
}
