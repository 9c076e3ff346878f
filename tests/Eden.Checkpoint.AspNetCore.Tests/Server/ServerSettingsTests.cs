using System.CommandLine;
using System.Net;
using System.Text;
using Eden.Checkpoint.ConsoleHost;
using Eden.Checkpoint.Server;
using Eden.Checkpoint.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Tests.Server;

[TestFixture]
public class ServerSettingsTests
{
    private static readonly string[] s_enough = ["--store-url", "postgresql://eden:p%40ss@db.example:5433/eden", "--admin-token", "token"];

    [Test]
    public void The_flags_are_those_of_the_binding_and_each_has_its_variable()
    {
        Assert.That(ServerSettings.All.Select(setting => setting.Option.Name), Is.EquivalentTo(new[]
        {
            "--store-url", "--experiment-id", "--experiment-config", "--admin-token", "--repo-path", "--forgejo-url", "--credential-helper",
            "--checkpoint-import-credentials-dir", "--auto-checkpoint-dir", "--limits", "--host", "--port",
            "--max-concurrent-imports", "--max-concurrent-exports", "--max-upload-bytes", "--max-spooled-upload-bytes",
        }));
        Assert.That(ServerSettings.All.Select(setting => setting.Variable), Has.Member("EDEN_CHECKPOINT_IMPORT_CREDENTIALS_DIR").And.All.StartsWith("EDEN_"));
    }

    [Test]
    public void Flags_win_over_variables_and_empty_ones_do_not_count()
    {
        var variables = new Dictionary<string, string> { ["EDEN_ADMIN_TOKEN"] = "from the environment", ["EDEN_PORT"] = "", ["EDEN_HOST"] = "0.0.0.0" };

        var settings = Read(variables, s_enough);

        Assert.That(settings.AdminToken, Is.EqualTo("token"));
        Assert.That(settings.Port, Is.EqualTo(8080));
        Assert.That(settings.Address, Is.EqualTo(IPAddress.Any));
        Assert.That(settings.Store.Password, Is.EqualTo("p@ss"));
        Assert.That(settings.Secrets, Is.EquivalentTo(new[] { "token", "p@ss" }));
    }

    [TestCase("is a port too many", "--port", "65536")]
    [TestCase("is a name", "--host", "db.example")]
    [TestCase("is no database", "--store-url", "sqlite:///x")]
    [TestCase("is no limit", "--limits", "MaxEverything=1")]
    [TestCase("has no file", "--experiment-config", "/nowhere/config.yaml")]
    [TestCase("is a service and not a port", "--port", "tcp://10.96.0.1:8080")]
    [TestCase("is no number", "--max-concurrent-imports", "many")]
    [TestCase("is too few", "--max-concurrent-exports", "0")]
    [TestCase("is no length", "--max-upload-bytes", "1G")]
    [TestCase("is too long to count", "--max-spooled-upload-bytes", "99999999999999999999")]
    public void What_makes_no_sense_is_refused(string what, string flag, string value)
    {
        var arguments = flag == "--store-url" ? [flag, value, .. s_enough[2..]] : (string[])[.. s_enough, flag, value];

        Assert.That(() => Read([], arguments), Throws.InstanceOf<UsageException>().With.Message.Contains(flag), what);
    }

    [Test]
    public async Task Limits_are_those_of_the_text_for_exports_imports_and_bundles()
    {
        var expected = new CheckpointLimits { MaxBundleInflation = 5000, MaxLineBytes = 128 << 20 };
        var settings = Read(new() { ["EDEN_LIMITS"] = "MaxBundleInflation=5000,MaxLineBytes=128MiB" }, s_enough);
        Assert.That(settings.Limits, Is.EqualTo(expected));

        await using var server = ServerHost.Build(settings);
        var experiment = server.Services.GetRequiredService<IOptions<EdenCheckpointOptions>>().Value.Experiments.Single();
        Assert.That(experiment.Import.Limits, Is.EqualTo(expected));
        Assert.That(experiment.Export.Limits, Is.EqualTo(expected));
    }

    [Test]
    public void A_credential_helper_is_looked_for_where_there_is_a_remote_only()
    {
        Assert.That(Read([], [.. s_enough, "--credential-helper", "/nowhere/helper"]).HasUselessHelper);
        Assert.That(
            () => Read([], [.. s_enough, "--credential-helper", "/nowhere/helper", "--repo-path", "/r.git", "--forgejo-url", "https://git.example/x.git"]),
            Throws.InstanceOf<UsageException>().With.Message.Contains("--credential-helper"));
    }

    [Test]
    public void What_Kubernetes_says_of_a_service_named_eden_is_no_setting([Values("tcp://10.96.0.1:8080", "tcp://[fd00::1]:8080", "UDP://10.96.0.1:53")] string link)
    {
        // As the kubelet makes them of a service with one port.
        var variables = new Dictionary<string, string>
        {
            ["EDEN_SERVICE_HOST"] = "10.96.0.1", ["EDEN_SERVICE_PORT"] = "8080", ["EDEN_SERVICE_PORT_HTTP"] = "8080", ["EDEN_PORT"] = link,
            ["EDEN_PORT_8080_TCP"] = link, ["EDEN_PORT_8080_TCP_PROTO"] = "tcp", ["EDEN_PORT_8080_TCP_PORT"] = "8080", ["EDEN_PORT_8080_TCP_ADDR"] = "10.96.0.1",
        };

        var settings = Read(variables, s_enough);

        Assert.That(settings.Port, Is.EqualTo(8080));
        Assert.That(settings.IgnoredServiceLinks.Select(ignored => (ignored.Setting.Variable, ignored.Value)), Is.EqualTo(new[] { ("EDEN_PORT", link) }));
        Assert.That(Read([], s_enough).IgnoredServiceLinks, Is.Empty);
        Assert.That(Read(variables, [.. s_enough, "--port", "81"]).Port, Is.EqualTo(81));
        Assert.That(() => Read(new() { ["EDEN_PORT"] = "http://10.96.0.1:8080" }, s_enough), Throws.InstanceOf<UsageException>().With.Message.Contains("--port"));
    }

    [Test]
    public void Limits_of_imports_and_exports_can_be_set()
    {
        var given = Read(
            new() { ["EDEN_MAX_SPOOLED_UPLOAD_BYTES"] = "none" }, [.. s_enough, "--max-concurrent-imports", "1", "--max-concurrent-exports", "3", "--max-upload-bytes", "5000000000"]);
        var byDefault = Read([], s_enough);

        Assert.That((given.MaxConcurrentImports, given.MaxConcurrentExports, given.MaxUploadBytes, given.MaxSpooledUploadBytes), Is.EqualTo((1, 3, 5_000_000_000, (long?)null)));
        Assert.That((byDefault.MaxConcurrentImports, byDefault.MaxUploadBytes), Is.EqualTo(((int?)null, (long?)null)));
        Assert.That(byDefault.MaxSpooledUploadBytes, Is.EqualTo(new EdenCheckpointOptions().MaxSpooledUploadBytes));
    }

    [Test]
    public void The_auto_checkpoint_block_is_read_and_its_defaults_are_those_of_the_binding()
    {
        Assert.That(AutoCheckpointBlock.Read(Yaml("objective: x\n")), Is.EqualTo(new CheckpointSchedule()));
        Assert.That(AutoCheckpointBlock.Read(Yaml("")), Is.EqualTo(new CheckpointSchedule()));
        Assert.That(AutoCheckpointBlock.Read(Yaml("auto_checkpoint:\n")), Is.EqualTo(new CheckpointSchedule()));
        Assert.That(AutoCheckpointBlock.Read(Yaml("auto_checkpoint: NULL\n")), Is.EqualTo(new CheckpointSchedule()));
        Assert.That(
            AutoCheckpointBlock.Read(Yaml("auto_checkpoint:\n  enabled: true\n")),
            Is.EqualTo(new CheckpointSchedule { Enabled = true, Interval = TimeSpan.FromSeconds(3600), RetentionCount = 6, OnTerminate = true }));
        Assert.That(
            AutoCheckpointBlock.Read(Yaml("auto_checkpoint: {enabled: true, interval_seconds: 60, retention_count: 2, on_terminate: false}\n")),
            Is.EqualTo(new CheckpointSchedule { Enabled = true, Interval = TimeSpan.FromSeconds(60), RetentionCount = 2, OnTerminate = false }));
    }

    [TestCase("0.25", 0.25)]
    [TestCase("1.5", 1.5)]
    [TestCase(".5", 0.5)]
    [TestCase("90.", 90)]
    [TestCase("+3600", 3600)]
    [TestCase("1e3", 1000)]
    [TestCase("2.5E-1", 0.25)]
    [TestCase("3_600", 3600)]
    [TestCase("0x10", 16)]
    [TestCase("0o17", 15)]
    [TestCase("017", 15)]
    [TestCase("09", 9)]
    [TestCase("0b11", 3)]
    [TestCase("1:30:00", 5400)]
    [TestCase("1:30.5", 90.5)]
    public void An_interval_is_any_number_however_yaml_writes_it(string written, double seconds)
        => Assert.That(AutoCheckpointBlock.Read(Yaml($"auto_checkpoint: {{interval_seconds: {written}}}")).Interval, Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [Test]
    public void Intervals_that_no_clock_keeps_become_those_next_to_them()
    {
        Assert.That(AutoCheckpointBlock.Read(Yaml("auto_checkpoint: {interval_seconds: 99999999999999999999}")).Interval, Is.EqualTo(TimeSpan.MaxValue));
        Assert.That(AutoCheckpointBlock.Read(Yaml("auto_checkpoint: {interval_seconds: 1e-30}")).Interval, Is.EqualTo(TimeSpan.FromTicks(1)));
    }

    [TestCase("3.0", 3)]
    [TestCase("3e0", 3)]
    [TestCase("1_000", 1000)]
    [TestCase("99999999999999999999", int.MaxValue)]
    public void A_retention_count_is_any_integer_however_yaml_writes_it(string written, int count)
        => Assert.That(AutoCheckpointBlock.Read(Yaml($"auto_checkpoint: {{retention_count: {written}}}")).RetentionCount, Is.EqualTo(count));

    [TestCase("true", "false")]
    [TestCase("True", "False")]
    [TestCase("TRUE", "FALSE")]
    [TestCase("yes", "no")]
    [TestCase("Yes", "No")]
    [TestCase("YES", "NO")]
    [TestCase("on", "off")]
    [TestCase("On", "Off")]
    [TestCase("ON", "OFF")]
    public void Truth_is_written_in_every_way_of_yaml(string yes, string no)
    {
        var schedule = AutoCheckpointBlock.Read(Yaml($"auto_checkpoint: {{enabled: {yes}, on_terminate: {no}}}"));

        Assert.That((schedule.Enabled, schedule.OnTerminate), Is.EqualTo((true, false)));
    }

    [TestCase("defaults: &d {enabled: yes, interval_seconds: 60}\nauto_checkpoint:\n  <<: *d\n  interval_seconds: 90\n", 90, TestName = "the block's own key wins")]
    [TestCase("defaults: &d {enabled: yes, interval_seconds: 60}\nauto_checkpoint:\n  interval_seconds: 90\n  <<: *d\n", 90, TestName = "also when it comes first")]
    [TestCase("a: &a {interval_seconds: 60}\nb: &b {enabled: yes, interval_seconds: 30}\nauto_checkpoint:\n  <<: [*a, *b]\n", 60, TestName = "the mapping named first wins")]
    [TestCase("a: &a {enabled: yes}\nb: &b {<<: *a, interval_seconds: 30}\nauto_checkpoint: {<<: *b}\n", 30, TestName = "mappings that were merged themselves")]
    [TestCase("base: &b\n  auto_checkpoint: {enabled: yes, interval_seconds: 45}\n<<: *b\n", 45, TestName = "a block that was merged as a whole")]
    [TestCase("block: &b {enabled: yes, interval_seconds: 45}\nauto_checkpoint: *b\n", 45, TestName = "an alias for the block")]
    [TestCase("auto_checkpoint: {<<: {enabled: yes}, interval_seconds: &i 45}\n", 45, TestName = "a mapping written in place")]
    [TestCase("\uFEFFauto_checkpoint: {enabled: yes, interval_seconds: 45}\n", 45, TestName = "a byte order mark")]
    public void Merge_keys_and_aliases_are_followed(string yaml, double seconds)
        => Assert.That(AutoCheckpointBlock.Read(Yaml(yaml)), Is.EqualTo(new CheckpointSchedule { Enabled = true, Interval = TimeSpan.FromSeconds(seconds) }));

    [TestCase("auto_checkpoint: 5")]
    [TestCase("auto_checkpoint: 'null'")]
    [TestCase("auto_checkpoint: {<<: 5}")]
    [TestCase("auto_checkpoint: {<<: [{enabled: true}, 5]}")]
    [TestCase("auto_checkpoint: {<<: {enabled: maybe}}")]
    [TestCase("auto_checkpoint: {enabled: y}")]
    [TestCase("auto_checkpoint: {interval_seconds: -1}")]
    [TestCase("auto_checkpoint: {interval_seconds: '60'}")]
    [TestCase("auto_checkpoint: {interval_seconds: .inf}")]
    [TestCase("auto_checkpoint: {interval_seconds: .nan}")]
    [TestCase("auto_checkpoint: {interval_seconds: 60s}")]
    [TestCase("auto_checkpoint: {interval_seconds: 1e999}")]
    [TestCase("auto_checkpoint: {interval_seconds: }")]
    [TestCase("auto_checkpoint: {retention_count: 1.5}")]
    [TestCase("auto_checkpoint: {retention_count: -3}")]
    [TestCase("auto_checkpoint: {enabled: maybe}")]
    [TestCase("auto_checkpoint: {enabled: 'true'}")]
    [TestCase("auto_checkpoint: {interval_seconds: 0}")]
    [TestCase("auto_checkpoint: {retention_count: 0}")]
    [TestCase("auto_checkpoint: {retention_count: [1]}")]
    [TestCase("auto_checkpoint: {intervall_seconds: 60}")]
    [TestCase("auto_checkpoint: {enabled: true")]
    public void A_block_that_makes_no_sense_is_refused(string yaml)
        => Assert.That(() => AutoCheckpointBlock.Read(Yaml(yaml)), Throws.InstanceOf<UsageException>());

    [Test]
    public void An_enabled_block_needs_its_directory_and_the_experiment()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["config.yaml"], "auto_checkpoint: {enabled: true}\n");
        string[] arguments = [.. s_enough, "--experiment-config", folder["config.yaml"]];

        Assert.That(() => Read([], arguments), Throws.InstanceOf<UsageException>().With.Message.Contains("--auto-checkpoint-dir"));
        Assert.That(
            () => Read([], [.. arguments, "--auto-checkpoint-dir", folder.Path]), Throws.InstanceOf<UsageException>().With.Message.Contains("--experiment-id"));
    }

    [TestCase("the admin token is s3cret/&, is it?", "the admin token is ***, is it?")]
    [TestCase("s3cret%2F%26", "***")]
    [TestCase("Authorization: Bearer admin:abc", "Authorization: Bearer ***")]
    [TestCase("got wkr_01hqs3m4n5p6q7r8s9t0v1w2a1:0123456789abcdef0123 back", "got wkr_01hqs3m4n5p6q7r8s9t0v1w2a1:*** back")]
    [TestCase("postgresql://eden:pw@host/db failed", "postgresql://eden:***@host/db failed")]
    [TestCase("http://host:8080/path@x", "http://host:8080/path@x")]
    public void Secrets_are_taken_out_of_messages(string text, string expected)
        => Assert.That(new SecretFilter(["s3cret/&"]).Apply(text), Is.EqualTo(expected));

    private static byte[] Yaml(string text) => Encoding.UTF8.GetBytes(text);

    private static ServerSettings Read(Dictionary<string, string> variables, params string[] arguments)
    {
        var root = new RootCommand();
        foreach (var setting in ServerSettings.All)
        {
            root.Options.Add(setting.Option);
        }

        return ServerSettings.Read(root.Parse(arguments), variables.GetValueOrDefault);
    }
}
