using System.Globalization;
using System.Reflection;
using System.Text;
using Eden.Git;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Moq;
using Npgsql;

namespace Eden.Checkpoint.AspNetCore.Tests.Hosting;

/// <summary>Options and experiments of a configuration, for a host without endpoints.</summary>
[TestFixture]
public class ConfigurationTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string OtherId = "exp_01hqs3m4n5p6q7r8s9t0v1w2x4";

    private static IEnumerable<TestCaseData> Sections()
    {
        static TestCaseData Section(string name, object defaults, Func<CheckpointSettings, object> read)
            => new TestCaseData(name, defaults, read).SetName($"Every_plain_property_of_the_options_is_a_setting: {name}");

        yield return Section("Limits", CheckpointLimits.Default, settings => settings.Limits);
        yield return Section("Export", new CheckpointExportOptions(), settings => settings.Export);
        yield return Section("Import", new CheckpointImportOptions(), settings => settings.Import);
        yield return Section("Verification", new CheckpointVerificationOptions(), settings => settings.Verification);
        yield return Section("Comparison", new CheckpointComparisonOptions(), settings => settings.Comparison);
        yield return Section("Sync", LocalCloneOptions.Default, settings => settings.Sync);
        yield return Section("Schedule", new CheckpointSchedule(), settings => settings.Schedule!);
    }

    [TestCaseSource(nameof(Sections))]
    public void Every_plain_property_of_the_options_is_a_setting(string name, object defaults, Func<CheckpointSettings, object> read)
    {
        var properties = defaults.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && Another(property, defaults) is not null).ToArray();
        Assert.That(properties, Is.Not.Empty);

        foreach (var property in properties)
        {
            var other = Another(property, defaults)!;
            var settings = CheckpointSettings.Read(Configuration(($"Eden:{name}:{property.Name}", Convert.ToString(other, CultureInfo.InvariantCulture)!)));

            Assert.That(property.GetValue(read(settings)), Is.EqualTo(other), property.Name);
        }
    }

    [Test]
    public void Settings_of_the_section_count_for_all_options_and_a_section_of_their_own_wins()
    {
        var settings = CheckpointSettings.Read(Json($$"""
            {
              "Eden": {
                "ExperimentId": "{{Id}}",
                "RepositoryPath": "/var/lib/eden/repo.git",
                "RemoteUrl": "https://git.example/eden/experiment.git",
                "CredentialHelper": "/etc/eden/helper",
                "CheckpointDirectory": "/var/lib/eden/checkpoints",
                "Depth": "commits",
                "TemporaryDirectory": "/var/tmp",
                "Limits": { "MaxLineBytes": "128 MiB", "MaxViolations": 5 },
                "Import": { "Depth": "Objects", "ForcePush": true },
                "Comparison": { "Allowances": "ExperimentId, EventId" },
                "Sync": { "MaxPacks": "none", "Timeout": "2.00:00:00" },
                "Schedule": { "Enabled": true, "Interval": "00:10:00" }
              }
            }
            """));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((settings.Export.ExperimentId, settings.Export.Depth, settings.Export.TemporaryDirectory), Is.EqualTo((Id, GitVerification.Commits, "/var/tmp")));
            Assert.That((settings.Import.Depth, settings.Import.ForcePush, settings.Import.RepositoryPath), Is.EqualTo((GitVerification.Objects, true, "/var/lib/eden/repo.git")));
            Assert.That(settings.Import.RemoteUrl, Is.EqualTo("https://git.example/eden/experiment.git"));
            Assert.That(((CredentialHelper)settings.Import.Credentials!).Path, Is.EqualTo("/etc/eden/helper"));
            Assert.That((settings.Verification.Limits.MaxLineBytes, settings.Comparison.Limits.MaxViolations), Is.EqualTo((128 << 20, 5)));
            Assert.That(settings.Comparison.Allowances, Is.EqualTo(CheckpointAllowances.ExperimentId | CheckpointAllowances.EventId));
            Assert.That((settings.Sync.MaxPacks, settings.Sync.Timeout), Is.EqualTo(((int?)null, TimeSpan.FromDays(2))));
            Assert.That((settings.Schedule!.Enabled, settings.Schedule.Interval, settings.Schedule.RetentionCount), Is.EqualTo((true, TimeSpan.FromMinutes(10), 6)));
            Assert.That(settings.CreateBundleProvider(), Is.InstanceOf<RemoteRepoBundleProvider>());
            Assert.That(CheckpointSettings.Read(Json("""{ "Eden": {} }""")).Schedule, Is.Null);
        }
    }

    [TestCase("Eden:Limits:MaxLineByte", "5", "Eden:Limits:MaxLineByte: there is no such setting")]
    [TestCase("Eden:Limit:MaxLineBytes", "5", "Eden:Limit: there is no such setting")]
    [TestCase("Eden:Limits:MaxLineBytes", "many", "Eden:Limits:MaxLineBytes: 'many' is no whole number")]
    [TestCase("Eden:Limits:MaxLineBytes", "5", "Eden:Limits:MaxLineBytes: The limit may be 256 to")]
    [TestCase("Eden:Limits:MaxLineBytes", "9999999999", "Eden:Limits:MaxLineBytes: the number is too large")]
    [TestCase("Eden:Limits:MaxArchiveBytes", "99999999999999999999999", "Eden:Limits:MaxArchiveBytes: the number is too large")]
    [TestCase("Eden:Limits", "5", "Eden:Limits is a value")]
    [TestCase("Eden:Export:RequireResumable", "yes", "Eden:Export:RequireResumable: 'yes' is neither true nor false")]
    [TestCase("Eden:Export:Depth", "deep", "Eden:Export:Depth: 'deep' is none of Objects, Commits")]
    [TestCase("Eden:Export:Depth", "1", "Eden:Export:Depth: '1' is none of Objects, Commits")]
    [TestCase("Eden:Schedule:Interval", "30", "Eden:Schedule:Interval: '30' is no time")]
    [TestCase("Eden:Schedule:Interval", "-00:00:30", "Eden:Schedule:Interval: The interval must be more than zero")]
    [TestCase("Eden:ExperimentId", "mine", "Eden:ExperimentId: ")]
    [TestCase("Eden:ExperimentId:Name", "mine", "Eden:ExperimentId is a section")]
    [TestCase("Eden:RemoteUrl", "https://user:s3cret@host/x?y=1", "Eden:RemoteUrl: ")]
    public void What_cannot_be_taken_is_refused_at_registration_with_its_key(string key, string value, string message)
    {
        var section = Configuration((key, value));

        var failure = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddEdenCheckpoint("one", section));

        Assert.That(failure.Message, Does.Contain(message).And.Not.Contain("s3cret").And.Not.Contain("Parameter"));
    }

    [Test]
    public void Everything_that_cannot_be_taken_is_named_at_once()
        => Assert.That(
            () => CheckpointSettings.Read(Configuration(("Eden:Limits:MaxLineBytes", "x"), ("Eden:Sync:Timeout", "x"), ("Eden:Nothing", "x"))),
            Throws.InvalidOperationException.With.Message.Contains("Eden:Limits:MaxLineBytes").And.Message.Contains("Eden:Sync:Timeout").And.Message.Contains("Eden:Nothing"));

    [Test]
    public async Task Experiments_of_a_configuration_are_keyed_services_with_options_of_their_own()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddConfiguration(Json($$"""
            {
              "Eden": {
                "Export": { "Implementation": "ours" },
                "Experiments": {
                  "first": { "ExperimentId": "{{Id}}" },
                  "second": { "ExperimentId": "{{OtherId}}", "Export": { "Implementation": "theirs", "RequireResumable": true } }
                }
              }
            }
            """, root: true));
        builder.Services.AddEdenCheckpoint(builder.Configuration.GetSection("Eden") as IConfiguration);
        foreach (var (key, id) in new[] { ("first", Id), ("second", OtherId) })
        {
            builder.Services.AddKeyedSingleton<ICheckpointStore>(key, new InMemoryCheckpointStore($$"""{"experiment_id":"{{id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}"""));
            builder.Services.AddKeyedSingleton<IRepoBundleProvider>(key, new EmptyBundles());
        }

        using var host = builder.Build();
        using var archive = new MemoryStream();

        var exported = await host.Services.GetRequiredKeyedService<ICheckpointExporter>("first").ExportAsync(archive);
        archive.Position = 0;
        var imported = await host.Services.GetRequiredKeyedService<ICheckpointImporter>("first").ImportAsync(archive);

        Assert.That((exported.Manifest.ExperimentId, exported.Manifest.Exporter!.Implementation), Is.EqualTo((Id, "ours")));
        Assert.That(imported.ExperimentId, Is.EqualTo(Id));
        Assert.That(() => host.Services.GetRequiredKeyedService<ICheckpointExporter>("second").ExportAsync(new MemoryStream()), Throws.InstanceOf<CheckpointRepoUnavailableException>());
        Assert.That(host.Services.GetRequiredKeyedService<CheckpointSettings>("second").Export.Implementation, Is.EqualTo("theirs"));
        Assert.That(host.Services.GetKeyedService<ICheckpointVerifier>("first"), Is.Not.SameAs(host.Services.GetKeyedService<ICheckpointVerifier>("second")));
        Assert.That(() => host.Services.GetRequiredKeyedService<ICheckpointExporter>("third"), Throws.InvalidOperationException);
    }

    [Test]
    public async Task The_options_of_comparisons_count_where_a_call_has_none()
    {
        var services = new ServiceCollection();
        services.AddEdenCheckpoint("one", Configuration(("Eden:Comparison:MaxDifferences", "1")));
        await using var provider = services.BuildServiceProvider();
        static CheckpointComparisonSource Side(string state, string created)
            => CheckpointComparisonSource.FromStore(new InMemoryCheckpointStore($$"""{"experiment_id":"{{Id}}","state":"{{state}}","created_at":"{{created}}"}"""));

        var comparison = await provider.GetRequiredKeyedService<CheckpointComparer>("one").CompareAsync(Side("running", "2026-05-01T00:00:00Z"), Side("terminated", "2026-05-02T00:00:00Z"));

        Assert.That((comparison.Differences.Count, comparison.TotalDifferences), Is.EqualTo((1, 2L)));
    }

    [Test]
    public async Task Loggers_reach_the_provider_of_a_configuration()
    {
        var folder = Directory.CreateTempSubdirectory();
        var messages = new Mock<ILoggerProvider>();
        messages.Setup(m => m.CreateLogger(It.IsAny<string>())).Returns(Mock.Of<ILogger>());
        var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(messages.Object));
        services.AddEdenCheckpoint("one", Configuration(("Eden:RepositoryPath", folder.FullName)));
        await using var provider = services.BuildServiceProvider();
        try
        {
            Assert.That(provider.GetRequiredKeyedService<IRepoBundleProvider>("one"), Is.InstanceOf<LocalRepoBundleProvider>());
            messages.Verify(m => m.CreateLogger(typeof(LocalRepoBundleProvider).FullName!), Times.Once);
        }
        finally
        {
            folder.Delete();
        }
    }

    [Test]
    public async Task The_PostgreSQL_store_is_registered_over_the_data_source_of_its_key()
    {
        await using var source = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        var services = new ServiceCollection().AddLogging().AddKeyedSingleton("one", source).AddPostgresCheckpointStore("one");
        await using var provider = services.BuildServiceProvider();

        Assert.That(provider.GetRequiredKeyedService<ICheckpointStore>("one"), Is.InstanceOf<PostgresCheckpointStore>().And.SameAs(provider.GetRequiredKeyedService<ICheckpointImportStore>("one")));
        Assert.That(provider.GetRequiredKeyedService<IWorkerCredentialHashes>("one"), Is.InstanceOf<PostgresWorkerCredentialHashes>());
        Assert.That(provider.GetService<ICheckpointStore>(), Is.Null);
    }

    private static IConfigurationSection Configuration(params (string Key, string Value)[] settings)
        => new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build().GetSection("Eden");

    private static IConfiguration Json(string text, bool root = false)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build();
        return root ? configuration : configuration.GetSection("Eden");
    }

    // Another value than the default, of a type that a configuration can have; null for what it cannot.
    private static object? Another(PropertyInfo property, object defaults)
    {
        var value = property.GetValue(defaults);
        return (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) switch
        {
            var type when type == typeof(bool) => !(bool)value!,
            var type when type == typeof(int) => (int)value! - 1,
            var type when type == typeof(long) => (long)value! - 1,
            var type when type == typeof(TimeSpan) => (TimeSpan)value! + TimeSpan.FromSeconds(1),
            var type when type == typeof(string) => property.Name.EndsWith("ExperimentId", StringComparison.Ordinal) ? Id : "/other",
            { IsEnum: true } type => Enum.GetValues(type).Cast<object>().First(other => !other.Equals(value)),
            _ => null,
        };
    }

    private sealed class EmptyBundles : IRepoBundleProvider
    {
        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default) => Task.FromResult(RepoBundle.Empty);
    }
}
