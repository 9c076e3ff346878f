using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Tests.Hosting;

/// <summary>Endpoints, experiments and schedules of an <c>appsettings.json</c>.</summary>
[TestFixture]
public class EndpointConfigurationTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string OtherId = "exp_01hqs3m4n5p6q7r8s9t0v1w2x4";
    private const string Two = $$"""
        {
          "Eden": {
            "AdminToken": "geheim",
            "MaxUploadBytes": "1 GiB",
            "MaxSpooledUploadBytes": "none",
            "RetryAfter": "00:01:00",
            "MaxConcurrentImports": 2,
            "Limits": { "MaxViolations": 7 },
            "Schedule": { "Enabled": false, "RetentionCount": 3 },
            "Experiments": {
              "first": { "ExperimentId": "{{Id}}", "RepositoryPath": "/var/lib/eden/first.git" },
              "second": { "ExperimentId": "{{OtherId}}", "CheckpointDirectory": "/var/lib/eden/checkpoints", "Limits": { "MaxViolations": 8 } }
            }
          }
        }
        """;

    [Test]
    public async Task Experiments_are_served_from_the_configuration_and_the_stores_of_their_keys()
    {
        await using var application = Build(Two, "first", "second");
        await application.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(application.Urls.Single()) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "admin:geheim");

        using var export = await client.PostAsync(new Uri($"/v0/experiments/{OtherId}/checkpoint", UriKind.Relative), null);
        using var read = await client.GetAsync(new Uri($"/v0/experiments/{Id}", UriKind.Relative));
        var options = application.Services.GetRequiredService<IOptions<EdenCheckpointOptions>>().Value;

        Assert.That((export.StatusCode, read.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
        Assert.That((options.MaxUploadBytes, options.MaxSpooledUploadBytes, options.RetryAfter, options.MaxConcurrentImports), Is.EqualTo(((long?)1L << 30, (long?)null, TimeSpan.FromMinutes(1), 2)));
        Assert.That(options.Experiments.Select(experiment => experiment.Export.Limits.MaxViolations), Is.EqualTo(new[] { 7, 8 }));
        Assert.That(options.Experiments.Select(experiment => experiment.Schedule!.RetentionCount), Is.EqualTo(new[] { 3, 3 }));
        Assert.That(options.Experiments[0].Bundles, Is.InstanceOf<LocalRepoBundleProvider>());
        Assert.That(options.Experiments[1].Destination, Is.InstanceOf<DirectoryCheckpointDestination>());
    }

    [Test]
    public async Task Without_experiments_there_is_one_whose_store_has_no_key()
    {
        await using var application = Build("""{ "Eden": { "AdminToken": "geheim" } }""", [null]);
        await application.StartAsync();

        Assert.That(application.Services.GetRequiredService<IOptions<EdenCheckpointOptions>>().Value.Experiments, Has.Count.EqualTo(1));
    }

    [TestCase("""{ "Eden": { "MaxConcurrentImport": 2 } }""", "Eden:MaxConcurrentImport")]
    [TestCase("""{ "Eden": { "MaxConcurrentImports": 0 } }""", "Eden:MaxConcurrentImports")]
    [TestCase("""{ "Eden": { "RetryAfter": "soon" } }""", "Eden:RetryAfter")]
    [TestCase("""{ "Eden": { "Experiments": { "first": { "Schedule": { "Interval": 3600 } } } } }""", "Eden:Experiments:first:Schedule:Interval")]
    [TestCase("""{ "Eden": { "Experiments": { "third": { } , "fourth": { "ExperimentId": "exp_01hqs3m4n5p6q7r8s9t0v1w2x3" } } } }""", "Eden:Experiments:fourth")]
    public async Task What_cannot_be_taken_stops_the_host_with_its_key(string json, string key)
    {
        await using var application = Build(json, "first");

        Assert.That(() => application.StartAsync(), Throws.InvalidOperationException.With.Message.Contains(key));
    }

    private static WebApplication Build(string json, params string?[] keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var key in keys)
        {
            var id = key == "second" ? OtherId : Id;
            builder.Services.AddKeyedSingleton<ICheckpointStore>(key, new InMemoryCheckpointStore($$"""{"experiment_id":"{{id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}"""));
        }

        builder.Services.AddEdenCheckpoint(builder.Configuration.GetSection("Eden"));
        var application = builder.Build();
        application.MapEdenCheckpoint();
        return application;
    }
}
