using System.Reflection;
using Eden.Checkpoint.Tests.Kit;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Tests.Diagnostics;

/// <summary>The messages of the packages, which operators filter by their numbers.</summary>
[TestFixture]
public class LogTests
{
    // The generator behind the attribute writes classes, and parts of one class, in an order that changes from build to build.
    [TestCase("Eden.Git")]
    [TestCase("Eden.Checkpoint")]
    [TestCase("Eden.Checkpoint.AspNetCore")]
    public void The_messages_of_a_package_are_in_one_file_so_that_two_builds_are_alike(string package)
    {
        var folder = Path.Combine(SourceTree.Root, "src", package);
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("[LoggerMessage(", StringComparison.Ordinal))
            .Select(Path.GetFileName);

        Assert.That(files, Has.Exactly(1).Items);
    }

    [Test]
    public void Every_message_of_the_libraries_has_a_number_of_its_own()
    {
        var numbers = typeof(CheckpointExporter).Assembly.GetTypes().Concat(typeof(Eden.Git.GitBundle).Assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(message => message.EventId)
            .ToList();

        Assert.That(numbers, Is.Not.Empty);
        Assert.That(numbers, Is.Unique);
        Assert.That(numbers, Has.All.InRange(1000, 3999), "the endpoints' begin at 4000");
    }
}
