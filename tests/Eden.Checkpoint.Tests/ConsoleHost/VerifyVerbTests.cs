using System.Text.Json;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary><c>verify</c> and <c>inspect</c> on archives that are good, damaged or not there.</summary>
[TestFixture]
public class VerifyVerbTests
{
    private TempFolder _folder = null!;

    [OneTimeSetUp]
    public async Task MakeArchive()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["temp"]);
        var run = await ConsoleRun.StartAsync(_folder["temp"], "demo", "--out", _folder.Path);
        Assert.That(run.ExitCode, Is.Zero, run.Error);

        // The last byte of the last pack's checksum stands before the padding and the end mark; the bundle is the last member.
        var bytes = await File.ReadAllBytesAsync(Good);
        var last = Array.FindLastIndex(bytes, value => value != 0);
        bytes[last] ^= 1;
        await File.WriteAllBytesAsync(Damaged, bytes);
        await File.WriteAllBytesAsync(Cut, bytes[..(bytes.Length / 2)]);
    }

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    private string Good => _folder["demo-checkpoint.tar"];

    private string Damaged => _folder["damaged.tar"];

    private string Cut => _folder["cut.tar"];

    [Test]
    public async Task Each_file_gets_its_line_whatever_the_others_are_and_the_worst_decides()
    {
        var run = await ConsoleRun.StartAsync(_folder["temp"], "verify", "--json", _folder["missing.tar"], Damaged, Cut, _folder.Path, Good);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        var lines = run.JsonLines;
        Assert.That(lines.Select(line => line.GetProperty("valid").GetBoolean()), Is.EqualTo([false, false, false, false, true]));
        Assert.That(lines[1].GetProperty("problem").GetString(), Is.EqualTo("eden://error/checkpoint-invalid"));
        Assert.That(lines[2].GetProperty("problem").GetString(), Is.EqualTo("eden://error/checkpoint-invalid"));
        Assert.That(lines[4].GetProperty("problem").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(lines[4].GetProperty("resumable").GetBoolean(), Is.True);
        foreach (var line in lines)
        {
            Assert.That(
                line.EnumerateObject().Select(property => property.Name),
                Is.EqualTo(["file", "valid", "resumable", "problem", "violations", "totalViolations", "warnings"]));
            foreach (var violation in line.GetProperty("violations").EnumerateArray())
            {
                Assert.That(
                    violation.EnumerateObject().Select(property => property.Name),
                    Is.EqualTo(["member", "line", "record", "field", "message"]));
            }
        }
    }

    [Test]
    public async Task A_damaged_archive_ends_with_1_and_its_violations_go_to_standard_error()
    {
        var run = await ConsoleRun.StartAsync(_folder["temp"], "verify", Damaged, Good);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.Contain("damaged.tar: invalid").And.Contain("demo-checkpoint.tar: valid, resumable"));
        Assert.That(run.Error, Does.Contain("eden://error/checkpoint-invalid").And.Contain("- repo.bundle"));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_device_that_gives_zeros_without_end_is_no_archive()
    {
        var run = await ConsoleRun.StartAsync(_folder["temp"], "verify", "/dev/zero");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("the archive has no members"));
    }

    [TestCase("objects")]
    [TestCase("commits")]
    public async Task Both_depths_accept_a_good_archive(string depth)
    {
        var run = await ConsoleRun.StartAsync(_folder["temp"], "verify", Good, "--depth", depth);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    [Test]
    public async Task Inspecting_shows_counts_refs_and_lineage()
    {
        var run = await ConsoleRun.StartAsync(_folder["temp"], "inspect", Good);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("Faster solve").And.Contain("refs/heads/main").And.Contain("variant-0012").And.Contain("events.jsonl"));
    }

    [Test]
    public async Task Inspecting_gives_programs_the_same_facts()
    {
        var run = await ConsoleRun.StartAsync(_folder["temp"], "inspect", "--json", Good);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var inspection = run.JsonLines.Single();
        var counts = inspection.GetProperty("manifest").GetProperty("counts");
        foreach (var rows in inspection.GetProperty("rows").EnumerateObject())
        {
            Assert.That(rows.Value.GetInt64(), Is.EqualTo(counts.GetProperty(rows.Name).GetInt64()), rows.Name);
        }

        Assert.That(inspection.GetProperty("total_variants").GetInt64(), Is.EqualTo(12));
        var lineage = inspection.GetProperty("lineage").EnumerateArray().ToArray();
        Assert.That(lineage, Has.Length.EqualTo(12));
        Assert.That(lineage.Count(variant => variant.GetProperty("parent_variant_id").ValueKind == JsonValueKind.String), Is.GreaterThan(3));
        Assert.That(
            inspection.GetProperty("bundle").GetProperty("refs").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()),
            Has.Some.EqualTo("refs/heads/main"));
    }

    [Test]
    public async Task Inspecting_what_is_no_archive_ends_with_1()
    {
        await File.WriteAllTextAsync(_folder["text.tar"], "this is not an archive");

        var run = await ConsoleRun.StartAsync(_folder["temp"], "inspect", _folder["text.tar"]);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("eden://error/checkpoint-invalid"));
    }
}
