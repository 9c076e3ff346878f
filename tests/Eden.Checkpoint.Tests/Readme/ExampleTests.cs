using System.Net;
using Moq;
using System.Text.RegularExpressions;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Readme;

/// <summary>The examples in the documentation are code that compiles, and the types that a host touches first have one.</summary>
[TestFixture]
internal sealed partial class ExampleTests
{
    private static IEnumerable<string> Sources => Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [Test]
    public void Every_example_is_the_code_that_is_compiled_here()
    {
        var usage = File.ReadAllText(Path.Combine(SourceTree.Root, "tests/Eden.Checkpoint.Tests/Readme/ExampleUsage.cs"));
        var compiled = Region().Matches(usage).ToDictionary(
            region => region.Groups[1].Value,
            region => string.Join('\n', region.Groups[2].Value.TrimEnd().Split('\n').Select(line => line.Length > 8 ? line[8..] : "")),
            StringComparer.Ordinal);

        var shown = Sources.SelectMany(file => Example().Matches(File.ReadAllText(file))).ToDictionary(
            example => example.Groups[2].Value,
            example => WebUtility.HtmlDecode(Comment().Replace(example.Groups[1].Value, "").TrimEnd()),
            StringComparer.Ordinal);

        Assert.That(shown, Is.EquivalentTo(compiled));
        Assert.That(shown.Keys, Has.Count.GreaterThanOrEqualTo(10));
    }

    [Test]
    public async Task The_rows_of_the_store_in_memory_are_exported()
    {
        using var folder = new TempFolder();
        var bundles = new Mock<IRepoBundleProvider>();
        bundles.Setup(provider => provider.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(RepoBundle.Empty);
        using var archive = new MemoryStream();

        var result = await new CheckpointExporter(ExampleUsage.InMemoryCheckpointStore(), bundles.Object).ExportAsync(archive);

        Assert.That(result.IsImportable, Is.True);
        Assert.That(result.Manifest.Counts[RegistryKind.Workers], Is.EqualTo(1));
    }

    [GeneratedRegex(@"^ +#region (\w+)\n(.*?)^ +#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"^/// <example>\n/// <code>\n(.*?)^/// </code>\n/// </example>\npublic (?:static |sealed |partial )*class (\w+)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("^/// ?", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
