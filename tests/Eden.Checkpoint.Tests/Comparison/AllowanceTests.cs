using System.Text.Json.Nodes;

namespace Eden.Checkpoint.Tests.Comparison;

/// <summary>Where each allowance begins and ends.</summary>
internal sealed class AllowanceTests
{
    private static readonly CheckpointComparer s_comparer = new(new AcceptingValidator());

    [Test]
    public async Task A_claim_may_be_lost_from_left_to_right_only_when_the_direction_is_known()
    {
        var source = ComparedExperiment.Create();
        var claimed = source.Find(RegistryKind.Tasks, "state", "claimed");
        var imported = source.Copy();
        imported.Edit(RegistryKind.Tasks, claimed, Revert);

        Assert.That(await Names(source, imported, directed: true), Is.EqualTo(new[] { "claim-reverted" }));
        Assert.That(await Names(source, imported, directed: false), Is.EqualTo(new[] { "claim-reverted" }));
        Assert.That(await Names(imported, source, directed: false), Is.EqualTo(new[] { "claim-reverted" }));
        Assert.That(await Differences(imported, source, directed: true), Is.EqualTo(new[] { "state", "claim" }).AsCollection.Or.EqualTo(new[] { "claim", "state" }));
    }

    [TestCase("submitted")]
    [TestCase("completed")]
    public async Task Only_a_claimed_task_that_became_pending_is_reverted(string state)
    {
        var source = ComparedExperiment.Create();
        var claimed = source.Find(RegistryKind.Tasks, "state", "claimed");
        var imported = source.Copy();
        imported.Edit(RegistryKind.Tasks, claimed, row =>
        {
            Revert(row);
            row["state"] = state;
        });
        Assert.That(await Differences(source, imported), Is.EquivalentTo(new[] { "state", "claim" }));
    }

    [Test]
    public async Task A_reverted_claim_excuses_no_other_field()
    {
        var source = ComparedExperiment.Create();
        var claimed = source.Find(RegistryKind.Tasks, "state", "claimed");
        var imported = source.Copy();
        imported.Edit(RegistryKind.Tasks, claimed, row =>
        {
            Revert(row);
            row["updated_at"] = "2031-01-01T00:00:00Z";
        });
        Assert.That(await Differences(source, imported), Is.EqualTo(new[] { "updated_at" }));
    }

    [Test]
    public async Task The_claim_of_a_submitted_task_must_stay()
    {
        var source = ComparedExperiment.Create();
        var submitted = source.Find(RegistryKind.Tasks, "state", "submitted");
        var imported = source.Copy();
        imported.Edit(RegistryKind.Tasks, submitted, row => row.Remove("claim"));
        Assert.That(await Differences(source, imported), Is.EqualTo(new[] { "claim" }));
    }

    [Test]
    public async Task An_experiment_id_must_be_its_own_sides()
    {
        var source = ComparedExperiment.Create();
        var imported = source.Imported();
        imported.Edit(RegistryKind.Ideas, 1, row => row["experiment_id"] = "exp_0000000000000000000000000x");
        Assert.That(await Differences(source, imported), Is.EqualTo(new[] { "experiment_id" }));
    }

    [TestCase(RegistryKind.Ideas, "experiment_id")]
    [TestCase(RegistryKind.Events, "experiment_id")]
    [TestCase(RegistryKind.Tasks, "payload.experiment_id")]
    public async Task A_row_that_still_names_the_source_was_not_imported(RegistryKind kind, string field)
    {
        var source = ComparedExperiment.Create();
        var imported = source.Imported();
        var index = kind == RegistryKind.Tasks ? source.Find(kind, "kind", "ideation") : 3;
        imported[kind][index] = source[kind][index];
        Assert.That(await Differences(source, imported), Is.EqualTo(new[] { field }));
        Assert.That(await Differences(imported, source, directed: false), Is.EqualTo(new[] { field }));
    }

    [Test]
    public async Task The_experiment_id_is_allowed_where_an_import_rewrites_it_and_nowhere_else()
    {
        var source = ComparedExperiment.Create();
        var id = (string)JsonNode.Parse(source.Experiment)!["experiment_id"]!;
        source.Edit(RegistryKind.Events, 2, row => row["data"]!["experiment_id"] = id);
        source.Edit(RegistryKind.Ideas, 0, row => row["x_nested"] = new JsonObject { ["experiment_id"] = id });
        foreach (var kind in (string[])["execution", "evaluation"])
        {
            source.Edit(RegistryKind.Tasks, source.Find(RegistryKind.Tasks, "kind", kind), row => row["payload"]!["experiment_id"] = id);
        }

        source.Edit(RegistryKind.Tasks, 1, row => row["payload"]!["x_nested"] = new JsonObject { ["experiment_id"] = id });
        var imported = source.Imported();
        imported.Edit(RegistryKind.Events, 2, row => row["data"]!["experiment_id"] = ComparedExperiment.OtherId);
        imported.Edit(RegistryKind.Ideas, 0, row => row["x_nested"]!["experiment_id"] = ComparedExperiment.OtherId);
        imported.Edit(RegistryKind.Tasks, 1, row => row["payload"]!["x_nested"]!["experiment_id"] = ComparedExperiment.OtherId);
        Assert.That(
            await Differences(source, imported),
            Is.EqualTo(new[] { "payload.x_nested.experiment_id", "x_nested.experiment_id", "data.experiment_id" }));
    }

    [TestCase("execution")]
    [TestCase("evaluation")]
    public async Task A_payload_of_any_kind_that_still_names_the_source_was_not_imported(string kind)
    {
        var source = ComparedExperiment.Create();
        var index = source.Find(RegistryKind.Tasks, "kind", kind);
        source.Edit(RegistryKind.Tasks, index, row => row["payload"]!["experiment_id"] = (string)JsonNode.Parse(source.Experiment)!["experiment_id"]!);
        var imported = source.Imported();
        Assert.That(await Differences(source, imported), Is.Empty);
        imported.Edit(RegistryKind.Tasks, index, row => row["payload"]!["experiment_id"] = source.Key(RegistryKind.Tasks, index));
        Assert.That(await Differences(source, imported), Is.EqualTo(new[] { "payload.experiment_id" }));
        imported[RegistryKind.Tasks][index] = source[RegistryKind.Tasks][index];
        Assert.That(await Differences(source, imported), Does.Contain("payload.experiment_id"));
    }

    [Test]
    public async Task A_member_may_be_named_again_on_one_side()
    {
        var left = ComparedExperiment.Create();
        var index = left[RegistryKind.Groups].FindIndex(row => JsonNode.Parse(row)!["members"]!.AsArray().Count > 1);
        var right = left.Copy();
        left.Edit(RegistryKind.Groups, index, row => row["members"]!.AsArray().Add((string)row["members"]![0]!));
        Assert.That(await Names(left, right), Is.EqualTo(new[] { "repeated-member" }));
        Assert.That(await Names(right, left), Is.EqualTo(new[] { "repeated-member" }));

        right.Edit(RegistryKind.Groups, index, row => row["members"]!.AsArray().RemoveAt(1));
        Assert.That(await Differences(left, right), Has.Some.StartsWith("members["), "a member that is not there at all");

        var strict = await s_comparer.CompareAsync(left.AsStore(), left.Imported().AsStore(), new CheckpointComparisonOptions { Allowances = CheckpointAllowances.All & ~CheckpointAllowances.RepeatedMember });
        Assert.That(strict.IsEqual, Is.True, "named again on both sides");
        right = left.Copy();
        right.Edit(RegistryKind.Groups, index, row => row["members"]!.AsArray().RemoveAt(row["members"]!.AsArray().Count - 1));
        strict = await s_comparer.CompareAsync(left.AsStore(), right.AsStore(), new CheckpointComparisonOptions { Allowances = CheckpointAllowances.All & ~CheckpointAllowances.RepeatedMember });
        Assert.That(strict.Differences, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Credentials_in_the_rows_of_a_store_are_allowed_and_never_shown()
    {
        var archive = ComparedExperiment.Create();
        var store = archive.Copy();
        var claimed = archive.Find(RegistryKind.Tasks, "state", "claimed");
        store.Edit(RegistryKind.Tasks, claimed, row => row["claim"]!["token"] = "secret-1");
        store.Edit(RegistryKind.Workers, 0, row => row["credential_hash"] = "secret-2");
        store.Edit(RegistryKind.Workers, 1, row => row["registration_token"] = new JsonObject { ["a"] = "secret-3" });

        var comparison = await s_comparer.CompareAsync(store.AsStore(), archive.AsArchive());
        Assert.That(comparison.Differences, Is.Empty);
        var use = comparison.Allowances.Single(use => use.Name == "credentials");
        Assert.That(use.Samples.Select(sample => sample.Field), Is.SupersetOf(new[] { "claim.token", "credential_hash", "registration_token" }));

        var imported = archive.Copy();
        imported.Edit(RegistryKind.Tasks, claimed, Revert);
        var other = store.Copy();
        other.Edit(RegistryKind.Workers, 0, row => row["credential_hash"] = "secret-4");
        other[RegistryKind.Workers].RemoveAt(1);
        foreach (var allowances in (CheckpointAllowances[])[CheckpointAllowances.All, CheckpointAllowances.None])
        {
            foreach (var right in (ComparedExperiment[])[archive, imported, other])
            {
                comparison = await s_comparer.CompareAsync(store.AsStore(), right.AsStore(), new CheckpointComparisonOptions { Allowances = allowances });
                var shown = comparison.Differences.Concat(comparison.Allowances.SelectMany(allowance => allowance.Samples)).Select(difference => difference.ToString());
                Assert.That(shown, Is.Not.Empty.And.None.Contains("secret"));
            }
        }
    }

    [Test]
    public async Task Events_may_have_other_ids_at_the_same_places()
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        for (var index = 0; index < right[RegistryKind.Events].Count; index++)
        {
            right.Edit(RegistryKind.Events, index, row => row["event_id"] = $"evt-new-{index}");
        }

        var comparison = await s_comparer.CompareAsync(left.AsStore(), right.AsStore());
        Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        Assert.That(comparison.Allowances.Single(use => use.Name == "event-id").Count, Is.EqualTo(left[RegistryKind.Events].Count));
        Assert.That(await Differences(left, right, allowed: CheckpointAllowances.All & ~CheckpointAllowances.EventId), Has.Length.GreaterThanOrEqualTo(left[RegistryKind.Events].Count));
    }

    [Test]
    public async Task A_lost_event_is_one_difference_also_when_ids_were_reassigned()
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        right[RegistryKind.Events].RemoveAt(40);
        for (var index = 0; index < right[RegistryKind.Events].Count; index++)
        {
            right.Edit(RegistryKind.Events, index, row => row["event_id"] = left.Key(RegistryKind.Events, index));
        }

        var comparison = await s_comparer.CompareAsync(left.AsStore(), right.AsStore());
        Assert.That(comparison.TotalDifferences, Is.EqualTo(1), CheckpointComparerTests.Show(comparison));
        Assert.That(comparison.Differences.Single().Right, Is.Null);
    }

    [TestCase("ideas", "artifacts_uri", "eden://artifacts/a", "checkpoint:sha256:" + Hash, true)]
    [TestCase("variants", "executor_artifacts_uri", "eden://artifacts/a", "eden://artifacts/b", true)]
    [TestCase("submissions", "artifacts_uri", "checkpoint:sha256:" + Hash, "file:///x", true)]
    [TestCase("submissions", "executor_artifacts_uri", "eden://artifacts/a", "eden://artifacts/b", false)]
    [TestCase("tasks", "artifacts_uri", "eden://artifacts/a", "eden://artifacts/b", false)]
    [TestCase("ideas", "artifacts_uri", "checkpoint:sha256:" + Hash, "checkpoint:sha256:" + OtherHash, false)]
    [TestCase("ideas", "artifacts_uri", "checkpoint:sha256:" + Hash, "eden://artifacts/sha256/" + Hash, true)]
    [TestCase("variants", "executor_artifacts_uri", "checkpoint:sha256:" + Hash, "eden://artifacts/sha256/" + OtherHash, false)]
    public async Task Artifact_uris_may_be_rewritten_but_not_to_other_bytes(string registry, string field, string left, string right, bool allowed)
    {
        var kind = Enum.Parse<RegistryKind>(registry, ignoreCase: true);
        var (lefts, rights) = (ComparedExperiment.Create(), ComparedExperiment.Create());
        lefts.Edit(kind, 0, row => row[field] = left);
        rights.Edit(kind, 0, row => row[field] = right);
        Assert.That(await Differences(lefts, rights), Is.EqualTo(allowed ? [] : new[] { field }));
    }

    [Test]
    public async Task An_artifact_uri_must_not_be_lost()
    {
        var left = ComparedExperiment.Create();
        left.Edit(RegistryKind.Variants, 0, row => row["artifacts_uri"] = "eden://artifacts/a");
        var right = left.Copy();
        right.Edit(RegistryKind.Variants, 0, row => row.Remove("artifacts_uri"));
        Assert.That(await Differences(left, right), Is.EqualTo(new[] { "artifacts_uri" }));
    }

    [Test]
    public async Task A_receiver_without_a_name_takes_the_sources()
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        right.EditExperiment(record => record.Remove("name"));
        Assert.That(await Differences(left, right, directed: true), Is.EqualTo(new[] { "name" }));
        Assert.That(await Names(left, right, directed: false), Is.EqualTo(new[] { "display-name" }));
        Assert.That(await Names(right, left, directed: true), Is.EqualTo(new[] { "display-name" }));
    }

    [TestCase("state", "terminated")]
    [TestCase("created_at", "2020-01-01T00:00:00Z")]
    [TestCase("base_commit_sha", null)]
    [TestCase("x_unknown", "kept")]
    public async Task The_rest_of_the_runtime_record_must_be_equal(string field, string? value)
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        right.EditExperiment(record =>
        {
            record.Remove(field);
            if (value is not null)
            {
                record[field] = value;
            }
        });
        Assert.That(await Differences(left, right), Is.EqualTo(new[] { field }));
    }

    [Test]
    public async Task Native_is_native_whether_it_says_null_or_nothing()
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        right.EditExperiment(record => record["imported_from"] = null);
        Assert.That(await Differences(left, right, allowed: CheckpointAllowances.Credentials), Is.Empty);
    }

    [Test]
    public async Task Decisions_left_out_have_their_defaults()
    {
        var left = ComparedExperiment.Create();
        left.EditExperiment(record => record["dispatch_mode"] = new JsonObject { ["termination"] = "manual", ["integration"] = "auto" });
        var right = left.Copy();
        right.EditExperiment(record => record.Remove("dispatch_mode"));
        Assert.That(await Names(left, right), Is.EqualTo(new[] { "dispatch-mode-default" }));

        right.EditExperiment(record => record["dispatch_mode"] = new JsonObject { ["termination"] = "manual" });
        Assert.That(await Names(left, right), Is.EqualTo(new[] { "dispatch-mode-default" }));

        left.EditExperiment(record => record["dispatch_mode"]!["integration"] = "manual");
        Assert.That(await Differences(left, right), Is.EqualTo(new[] { "dispatch_mode.integration" }));

        left.EditExperiment(record => record["dispatch_mode"] = new JsonObject { ["x_review"] = "auto" });
        right.EditExperiment(record => record.Remove("dispatch_mode"));
        Assert.That(await Differences(left, right), Is.EqualTo(new[] { "dispatch_mode.x_review" }));
    }

    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string OtherHash = "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static void Revert(JsonObject row)
    {
        row["state"] = "pending";
        row.Remove("claim");
    }

    private static async Task<string?[]> Differences(
        ComparedExperiment left, ComparedExperiment right, bool directed = true, CheckpointAllowances allowed = CheckpointAllowances.All)
        => [.. (await CompareAsync(left, right, directed, allowed)).Differences.Select(difference => difference.Field)];

    /// <summary>Names the allowances used besides credentials, provided that the sides are equal.</summary>
    private static async Task<string[]> Names(ComparedExperiment left, ComparedExperiment right, bool directed = true)
    {
        var comparison = await CompareAsync(left, right, directed, CheckpointAllowances.All);
        Assert.That(comparison.IsEqual, Is.True, CheckpointComparerTests.Show(comparison));
        return [.. comparison.Allowances.Select(use => use.Name).Where(name => name != "credentials")];
    }

    private static Task<CheckpointComparison> CompareAsync(ComparedExperiment left, ComparedExperiment right, bool directed, CheckpointAllowances allowed)
        => s_comparer.CompareAsync(
            left.AsStore(), right.AsStore(), new CheckpointComparisonOptions { RightImportedFromLeft = directed, Allowances = allowed, MaxDifferences = 1000 });
}
