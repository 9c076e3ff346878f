using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>The generator that other tests stand on.</summary>
[TestFixture]
public class SyntheticExperimentTests
{
    [Test]
    public async Task The_repository_holds_every_branch_and_commit_that_the_rows_name()
    {
        using var folder = new TempFolder();
        var experiment = await SyntheticExperiment.CreateAsync(folder["repo.git"], 40, seed: 3);

        var refs = (await GitCli.RunAsync(folder["repo.git"], "for-each-ref", "--format=%(refname)")).Split('\n').ToHashSet();
        var commits = (await GitCli.RunAsync(folder["repo.git"], "rev-list", "--all")).Split('\n').ToHashSet();
        var variants = experiment[RegistryKind.Variants].Select(row => JsonDocument.Parse(row).RootElement).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(variants, Has.Count.EqualTo(40));
            Assert.That(refs, Is.SupersetOf(variants.Where(v => v.TryGetProperty("branch", out _)).Select(v => $"refs/heads/{v.GetProperty("branch").GetString()}")));
            Assert.That(refs, Does.Contain("refs/heads/main").And.Contain("refs/tags/round-1"));
            foreach (var name in (string[])["commit_sha", "variant_commit_sha"])
            {
                Assert.That(commits, Is.SupersetOf(variants.Where(v => v.TryGetProperty(name, out _)).Select(v => v.GetProperty(name).GetString()!).Distinct()), name);
            }

            var ideas = experiment[RegistryKind.Ideas].Select(row => JsonDocument.Parse(row).RootElement);
            Assert.That(commits, Is.SupersetOf(ideas.SelectMany(i => i.GetProperty("parent_commits").EnumerateArray().Select(p => p.GetString()!)).Distinct()));
            Assert.That(await GitCli.RunAsync(folder["repo.git"], "fsck", "--full", "--strict"), Is.Empty);
            Assert.That(await GitCli.RunAsync(folder["repo.git"], "cat-file", "-t", "round-1"), Is.EqualTo("tag"));
        }
    }

    [Test]
    public async Task The_same_seed_gives_the_same_experiment()
    {
        using var folder = new TempFolder();
        var one = await SyntheticExperiment.CreateAsync(folder["one.git"], 13, seed: 5);
        var two = await SyntheticExperiment.CreateAsync(folder["two.git"], 13, seed: 5);
        using (Assert.EnterMultipleScope())
        {
            foreach (var kind in Enum.GetValues<RegistryKind>())
            {
                Assert.That(two[kind], Is.EqualTo(one[kind]), kind.ToString());
            }

            Assert.That(two.ExperimentJson, Is.EqualTo(one.ExperimentJson));
        }
    }

    [Test]
    public void Every_row_is_compact_json_with_unique_keys_and_every_state_occurs()
    {
        var experiment = SyntheticExperiment.WithoutRepository(24);
        using (Assert.EnterMultipleScope())
        {
            foreach (var kind in Enum.GetValues<RegistryKind>())
            {
                foreach (var row in experiment[kind])
                {
                    Assert.That(() => JsonDocument.Parse(row, new JsonDocumentOptions { AllowDuplicateProperties = false }).Dispose(), Throws.Nothing, row);
                }
            }

            Assert.That(Values(experiment, RegistryKind.Tasks, "state"), Is.EquivalentTo((string[])["pending", "claimed", "submitted", "completed", "failed"]));
            Assert.That(Values(experiment, RegistryKind.Ideas, "state"), Is.EquivalentTo((string[])["drafting", "ready", "dispatched", "completed"]));
            Assert.That(Values(experiment, RegistryKind.Variants, "status"), Is.EquivalentTo((string[])["starting", "success", "error", "evaluation_error"]));
            Assert.That(Values(experiment, RegistryKind.Submissions, "status"), Is.EquivalentTo((string[])["success", "error", "evaluation_error"]));
        }
    }

    [Test]
    public void Every_rule_of_the_format_is_kept()
    {
        var experiment = SyntheticExperiment.WithoutRepository(60);
        using var spill = TemporaryDirectory.Create();
        var violations = new ViolationList(20);
        var warnings = new ViolationList(20);
        using var checker = new RowSetChecker(CheckpointLimits.Default, spill, violations, warnings);

        checker.CheckExperiment(Encoding.UTF8.GetBytes(experiment.ExperimentJson), experiment.ExperimentId);
        var compact = true;
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            for (var line = 0; line < experiment[kind].Count; line++)
            {
                compact &= checker.CheckRow(kind, line + 1, Encoding.UTF8.GetBytes(experiment[kind][line])).IsCompact;
            }
        }

        checker.Complete(CancellationToken.None);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(violations.Listed, Is.Empty);
            Assert.That(warnings.Listed, Is.Empty);
            Assert.That(compact, Is.True);
        }
    }

    private static HashSet<string> Values(SyntheticExperiment experiment, RegistryKind kind, string name)
        => [.. experiment[kind].Select(row => JsonDocument.Parse(row).RootElement.GetProperty(name).GetString()!)];
}
