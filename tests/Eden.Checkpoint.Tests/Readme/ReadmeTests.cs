using System.Globalization;
using System.Reflection;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Readme;

/// <summary>What the README says is what the code does.</summary>
[TestFixture]
public class ReadmeTests
{
    private static string Readme => File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));

    [Test]
    public void The_usage_block_is_the_code_that_is_compiled_here()
    {
        var source = File.ReadAllLines(Path.Combine(SourceTree.Root, "tests/Eden.Checkpoint.Tests/Readme/ReadmeUsage.cs"));
        // The namespace of the tests lies in the library's, so that one needs no directive here.
        var directives = source.TakeWhile(line => line.StartsWith("using ", StringComparison.Ordinal)).Prepend("using Eden.Checkpoint;");
        var region = source.SkipWhile(line => line.Trim() != "#region usage").Skip(1).TakeWhile(line => line.Trim() != "#endregion");

        Assert.That(Block(Readme, "csharp"), Is.EqualTo(directives.Append("").Concat(region.Select(line => line.Length > 8 ? line[8..] : ""))));
    }

    [Test]
    public async Task The_usage_block_exports_and_verifies()
    {
        using var folder = new TempFolder();
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var experiment = await SyntheticExperiment.CreateAsync(folder["remote.git"], variants: 12);
        await experiment.LoadAsync(database.DataSource);
        using var output = new StringWriter();

        await ReadmeUsage.RunAsync(
            database.ConnectionString, folder["clone.git"], folder["remote.git"], folder["helper"], default, folder["x.tar"], output, CancellationToken.None);

        var lines = output.ToString().Split(Environment.NewLine);
        Assert.That(lines[0], Does.StartWith($"{experiment.ExperimentId}: ").And.EndsWith("resumable: True"));
        Assert.That(lines[1], Is.EqualTo("valid"));
    }

    [Test]
    public void The_table_of_limits_has_every_limit_with_its_default()
    {
        var limits = typeof(CheckpointLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => (property.Name, Default: Convert.ToInt64(property.GetValue(CheckpointLimits.Default), CultureInfo.InvariantCulture)))
            .Select(limit => new[] { $"`{limit.Name}`", limit.Default == long.MaxValue ? "unlimited" : limit.Default.ToString("#,0", CultureInfo.InvariantCulture) });

        Assert.That(Table(Readme, "| limit | default |"), Is.EqualTo(limits));
    }

    [Test]
    public void The_table_of_problems_has_every_problem()
    {
        var problems = typeof(CheckpointProblem).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => (CheckpointProblem)property.GetValue(null)!)
            .Select(problem => new[] { $"`{problem.Type}`", problem.Status.ToString(CultureInfo.InvariantCulture), problem.IsRetryable ? "yes" : "no" });

        Assert.That(Table(Readme, "| problem | status | retryable |"), Is.EqualTo(problems));
    }

    [Test]
    public void The_types_it_names_exist()
    {
        var known = typeof(CheckpointExporter).Assembly.GetExportedTypes().Concat(typeof(Eden.Git.GitBundle).Assembly.GetExportedTypes()).Select(type => type.Name).ToHashSet();
        var named = Table(Readme, "| type | what it is for |")
            .SelectMany(row => row)
            .SelectMany(cell => cell.Split('`').Where((_, index) => index % 2 == 1))
            .Where(name => char.IsUpper(name[0]) && name is not ("Violations" or "Eden.Git"));

        Assert.That(named, Is.SubsetOf(known));
    }

    [Test]
    public async Task Its_synopsis_names_the_verbs_and_options_of_the_console()
    {
        using var folder = new TempFolder();
        var synopsis = string.Join('\n', Block(Readme, "text"));
        foreach (var verb in new[] { "demo", "export", "verify", "inspect", "bundle create", "bundle list", "bundle verify", "bundle restore" })
        {
            var help = await ConsoleRun.StartAsync(folder.Path, [.. verb.Split(' '), "--help"]);
            Assert.That(help.ExitCode, Is.Zero, verb);
            Assert.That(synopsis, Does.Contain($"eden-checkpoint {verb} "));
            foreach (var option in help.Output.Split([' ', ',', '.', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.StartsWith("--", StringComparison.Ordinal) && word != "--help"))
            {
                Assert.That(synopsis, Does.Contain(option), verb);
            }
        }
    }

    private static string[] Block(string text, string language)
    {
        var lines = text.Split('\n');
        return [.. lines.SkipWhile(line => line != $"```{language}").Skip(1).TakeWhile(line => line != "```")];
    }

    private static string[][] Table(string text, string heading)
    {
        var rows = text.Split('\n').SkipWhile(line => line != heading).Skip(2).TakeWhile(line => line.StartsWith('|'));
        return [.. rows.Select(row => row.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
    }
}
