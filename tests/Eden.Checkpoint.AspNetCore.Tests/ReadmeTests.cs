using System.Text;
using System.Text.RegularExpressions;
using Eden.Checkpoint.Server;
using Eden.Checkpoint.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Eden.Checkpoint.AspNetCore.Tests;

/// <summary>The package's README, held to code that compiles.</summary>
[TestFixture]
public partial class ReadmeTests
{
    [TestCase("README.md")]
    [TestCase("src/Eden.Checkpoint.AspNetCore/README.md")]
    public void The_program_in_the_readme_is_the_one_compiled_here(string path)
    {
        var readme = File.ReadAllText(Path.Combine(SourceTree.Root, path));
        var shown = Lines(Block().Match(readme).Groups[1].Value).Where(line => !line.StartsWith("using ", StringComparison.Ordinal));
        var compiled = Lines(Region().Match(File.ReadAllText(ThisFile())).Groups[1].Value);

        Assert.That(shown, Is.EqualTo(compiled));
        Assert.That(shown.Count(), Is.LessThanOrEqualTo(15));
    }

    [Test]
    public void The_synopsis_of_the_server_names_its_flags()
    {
        var readme = File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));
        var synopsis = Synopsis().Match(readme).Groups[1].Value;

        Assert.That(Flag().Matches(synopsis).Select(match => match.Value), Is.EquivalentTo(ServerSettings.All.Select(setting => setting.Option.Name)));
    }

    [Test]
    public async Task The_configuration_in_the_readme_is_taken_by_the_code_beside_it()
    {
        var readme = File.ReadAllText(Path.Combine(SourceTree.Root, "src/Eden.Checkpoint.AspNetCore/README.md"));
        var shown = Lines(ConfigurationBlock().Match(readme).Groups[1].Value);
        var compiled = Lines(ConfigurationRegion().Match(File.ReadAllText(ThisFile())).Groups[1].Value);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(JsonBlock().Match(readme).Groups[1].Value)));
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:first", "Host=127.0.0.1"), new("ConnectionStrings:second", "Host=127.0.0.1")]);
        Configure(builder);

        await using var services = builder.Services.BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<EdenCheckpointOptions>>().Value;

        Assert.That(shown, Is.EqualTo(compiled));
        Assert.That(options.Experiments.Select(experiment => experiment.Store), Has.Exactly(2).InstanceOf<PostgresCheckpointStore>());
        Assert.That(options.Experiments[0].Bundles, Is.InstanceOf<RemoteRepoBundleProvider>());
        Assert.That(options.Experiments.Select(experiment => (experiment.Schedule!.Enabled, experiment.Schedule.RetentionCount)), Is.EqualTo(new[] { (true, 24), (false, 24) }));
    }

    private static void Configure(WebApplicationBuilder builder)
    {
        // begin configuration
        foreach (var name in (string[])["first", "second"])
        {
            builder.Services.AddKeyedSingleton(name, (_, _) => NpgsqlDataSource.Create(builder.Configuration.GetConnectionString(name)!));
            builder.Services.AddPostgresCheckpointStore(name);
        }

        builder.Services.AddEdenCheckpoint(builder.Configuration.GetSection("Eden"));
        builder.Services.AddAuthentication().AddEdenCheckpoint();
        // end configuration
    }

    // Never run: it would serve until it is stopped.
    private static void Program(string[] args)
    {
        // begin
        var builder = WebApplication.CreateBuilder(args);
        var database = NpgsqlDataSource.Create(builder.Configuration.GetConnectionString("Eden")!);
        builder.Services.AddEdenCheckpoint(options =>
        {
            options.AdminToken = builder.Configuration["Eden:AdminToken"];
            options.Experiments.Add(new CheckpointExperiment(new PostgresCheckpointStore(database))
            {
                Bundles = new RemoteRepoBundleProvider("/var/lib/eden/repo.git", "https://git.example/eden/experiment.git"),
                WorkerCredentials = new PostgresWorkerCredentialHashes(database),
            });
        });
        var app = builder.Build();
        app.MapEdenCheckpoint();
        app.Run();
        // end
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];

    // A reproducible build maps source paths away, so this file is found in the tree and not by the compiler.
    private static string ThisFile() => Path.Combine(SourceTree.Root, "tests", "Eden.Checkpoint.AspNetCore.Tests", "ReadmeTests.cs");

    // The one that builds a web application: a README may show other code too.
    [GeneratedRegex("```csharp\n([^`]*WebApplication[^`]*)```")]
    private static partial Regex Block();

    [GeneratedRegex("```csharp\n([^`]*AddPostgresCheckpointStore[^`]*)```")]
    private static partial Regex ConfigurationBlock();

    [GeneratedRegex("```json\n([^`]*)```")]
    private static partial Regex JsonBlock();

    [GeneratedRegex(@"// begin configuration\n(.*?)// end configuration\n", RegexOptions.Singleline)]
    private static partial Regex ConfigurationRegion();

    [GeneratedRegex("eden-checkpoint-server (--[^`]*)```")]
    private static partial Regex Synopsis();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Flag();

    [GeneratedRegex(@"// begin\n(.*?)// end\n", RegexOptions.Singleline)]
    private static partial Regex Region();
}
