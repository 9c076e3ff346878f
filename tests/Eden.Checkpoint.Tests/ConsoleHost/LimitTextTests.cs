using System.Globalization;
using System.Reflection;
using Eden.Checkpoint.ConsoleHost;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>Limits on the command line, and that each verb obeys them.</summary>
[TestFixture]
public class LimitTextTests
{
    private static readonly PropertyInfo[] s_limits = [.. typeof(CheckpointLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance)];

    [Test]
    public void Every_limit_can_be_set_and_no_other_changes()
    {
        Assert.That(LimitText.Names, Is.EquivalentTo(s_limits.Select(limit => limit.Name)));
        foreach (var limit in s_limits)
        {
            var value = Convert.ToInt64(limit.GetValue(CheckpointLimits.Default), CultureInfo.InvariantCulture);
            value = value == long.MaxValue ? 5000 : value + 1;
            var changed = LimitText.Parse($"{limit.Name}={value}", "--limits");
            foreach (var other in s_limits)
            {
                var expected = other == limit ? Convert.ChangeType(value, other.PropertyType, CultureInfo.InvariantCulture) : other.GetValue(CheckpointLimits.Default);
                Assert.That(other.GetValue(changed), Is.EqualTo(expected), $"{other.Name} after {limit.Name}");
            }
        }
    }

    [Test]
    public void Several_are_listed_with_units_and_in_any_case()
    {
        var limits = LimitText.Parse("maxlinebytes=128MiB, MaxMembers = 5000 ,MaxBundleInflatedBytes=2 tib", "--limits");
        Assert.That(limits, Is.EqualTo(new CheckpointLimits { MaxLineBytes = 128 << 20, MaxMembers = 5000, MaxBundleInflatedBytes = 2L << 40 }));
        Assert.That(LimitText.Parse(null, "--limits"), Is.EqualTo(CheckpointLimits.Default));
    }

    [TestCase("MaxEverything=1", "MaxEverything")]
    [TestCase("MaxMembers", "MaxMembers=VALUE")]
    [TestCase("MaxMembers=", "MaxMembers=VALUE")]
    [TestCase("MaxMembers=many", "MaxMembers=VALUE")]
    [TestCase("MaxMembers=-1", "MaxMembers=VALUE")]
    [TestCase("MaxMembers=1.5", "MaxMembers=VALUE")]
    [TestCase("MaxMembers=0", "16 to 100000000")]
    [TestCase("MaxMembers=99999999999", "16 to 100000000")]
    [TestCase("MaxArchiveBytes=9223372036854775807KiB", "MaxArchiveBytes=VALUE")]
    public void What_makes_no_sense_is_refused_by_name(string text, string expected)
        => Assert.That(() => LimitText.Parse(text, "--limits"), Throws.InstanceOf<UsageException>().With.Message.StartsWith("--limits").And.Message.Contains(expected));

    [Test]
    public async Task Verbs_that_read_bundles_and_archives_obey_them()
    {
        using var folder = new TempFolder();
        var archive = StoredArchives.PathOf("duplicate-object.tar");
        var members = TarMembers.Read(await File.ReadAllBytesAsync(archive));
        await File.WriteAllBytesAsync(folder["repo.bundle"], members["checkpoint/repo.bundle"]);
        const string Limits = "MaxBundleInflatedBytes=1KiB";
        foreach (var line in (string[][])[["verify", archive], ["bundle", "verify", folder["repo.bundle"]], ["bundle", "restore", folder["repo.bundle"], folder["restored.git"]]])
        {
            var run = await ConsoleRun.StartAsync(folder.Path, [.. line, "--limits", Limits]);
            Assert.That(run.ExitCode, Is.EqualTo(1), string.Join(' ', line));
            Assert.That(run.Error, Does.Contain("the limit is MaxBundleInflatedBytes"), string.Join(' ', line));
        }

        Assert.That((await ConsoleRun.StartAsync(folder.Path, "inspect", archive, "--limits", "MaxManifestBytes=1KiB")).ExitCode, Is.Zero);
        Assert.That((await ConsoleRun.StartAsync(folder.Path, "bundle", "list", folder["repo.bundle"], "--limits", "MaxBundleRefs=1")).ExitCode, Is.EqualTo(1));
        Assert.That((await ConsoleRun.StartAsync(folder.Path, "compare", archive, archive, "--limits", Limits)).ExitCode, Is.EqualTo(1));
        Assert.That((await ConsoleRun.StartAsync(folder.Path, "verify", archive, "--limits", "MaxNothing=1")).ExitCode, Is.EqualTo(2));
    }
}
