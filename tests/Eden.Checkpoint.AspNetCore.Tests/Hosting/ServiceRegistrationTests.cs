using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace Eden.Checkpoint.AspNetCore.Tests.Hosting;

/// <summary>The registration for hosts without endpoints.</summary>
[TestFixture]
public class ServiceRegistrationTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Experiment = $$"""{"experiment_id":"{{Id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""";

    private ServiceCollection _services = null!;

    [SetUp]
    public void SetUp() => _services = [];

    [Test]
    public async Task A_store_and_a_provider_are_all_that_an_export_a_check_and_an_import_need([Values] bool asImportStore)
    {
        var store = new InMemoryCheckpointStore(Experiment);
        var bundles = new Mock<IRepoBundleProvider>();
        bundles.Setup(b => b.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(() => RepoBundle.Empty);
        _services.AddEdenCheckpoint().AddSingleton(bundles.Object);
        _ = asImportStore ? _services.AddSingleton<ICheckpointImportStore>(store) : _services.AddSingleton<ICheckpointStore>(store);
        await using var provider = Build();
        using var archive = new MemoryStream();

        var exported = await provider.GetRequiredService<ICheckpointExporter>().ExportAsync(archive);
        archive.Position = 0;
        var report = await provider.GetRequiredService<ICheckpointVerifier>().VerifyAsync(archive);
        archive.Position = 0;
        var imported = await provider.GetRequiredService<ICheckpointImporter>().ImportAsync(archive);

        Assert.That(exported.Manifest.ExperimentId, Is.EqualTo(Id));
        Assert.That(report.IsValid, Is.True);
        Assert.That(imported.ExperimentId, Is.EqualTo(Id));
        Assert.That(provider.GetServices<CheckpointComparer>().ToArray(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task What_the_host_registered_stays()
    {
        var own = Mock.Of<ICheckpointVerifier>();
        _services.AddSingleton(own).AddEdenCheckpoint();
        await using var provider = Build();

        Assert.That(provider.GetRequiredService<ICheckpointVerifier>(), Is.SameAs(own));
    }

    [Test]
    public async Task A_store_that_is_only_read_gives_no_importer()
    {
        _services.AddSingleton(Mock.Of<ICheckpointStore>()).AddEdenCheckpoint();
        await using var provider = Build();

        Assert.That(provider.GetRequiredService<ICheckpointImporter>, Throws.InvalidOperationException.With.Message.Contains("takes no imports"));
    }

    [Test]
    public async Task What_is_missing_is_named()
    {
        _services.AddEdenCheckpoint();
        await using var provider = Build();

        Assert.That(provider.GetRequiredService<ICheckpointExporter>, Throws.InvalidOperationException.With.Message.Contains("Store"));
        Assert.That(provider.GetRequiredService<ICheckpointImporter>, Throws.InvalidOperationException.With.Message.Contains("Store"));
    }

    private ServiceProvider Build() => _services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
}
