using Eden.Checkpoint.Tests.Kit;

namespace Eden.Git.Tests.Readme;

/// <summary>What the package's README says is what the code does.</summary>
[TestFixture]
internal sealed class ReadmeTests
{
    private static string Readme => File.ReadAllText(Path.Combine(SourceTree.Root, "src/Eden.Git/README.md"));

    [Test]
    public void The_code_is_what_is_compiled_here()
    {
        var source = File.ReadAllLines(Path.Combine(SourceTree.Root, "tests/Eden.Git.Tests/Readme/ReadmeUsage.cs"));
        var region = source.SkipWhile(line => line.Trim() != "#region usage").Skip(1).TakeWhile(line => line.Trim() != "#endregion");
        var block = Readme.Split('\n').SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```");

        Assert.That(block, Is.EqualTo(region.Select(line => line.Length > 8 ? line[8..] : "").Prepend("").Prepend("using Eden.Git;")));
    }

    [Test]
    public async Task The_code_runs()
    {
        using var folder = new TempFolder();
        var repository = await RepositoryShapes.BaseAsync(folder);

        await ReadmeUsage.RunAsync(repository, folder["x.bundle"], folder["restored.git"], folder["clone.git"]);

        var refs = await GitCli.RunAsync(folder["restored.git"], "for-each-ref");
        Assert.That(refs, Is.Not.Empty);
        Assert.That(await GitCli.RunAsync(folder["clone.git"], "for-each-ref"), Is.EqualTo(refs));
    }

    [Test]
    public void The_types_it_names_exist()
    {
        var known = typeof(GitBundle).Assembly.GetExportedTypes().Select(type => type.Name).ToHashSet();
        var named = Readme.Split('`').Where((_, index) => index % 2 == 1).Select(text => text.Split('.')[0]).Where(name => name.StartsWith("Git", StringComparison.Ordinal) || name == "LocalClone").Distinct();

        Assert.That(named, Is.SubsetOf(known));
    }
}
