using System.Text.RegularExpressions;
using Eden.Checkpoint.Server;
using Eden.Checkpoint.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
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

    [GeneratedRegex("eden-checkpoint-server (--[^`]*)```")]
    private static partial Regex Synopsis();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Flag();

    [GeneratedRegex(@"// begin\n(.*?)// end\n", RegexOptions.Singleline)]
    private static partial Regex Region();
}
