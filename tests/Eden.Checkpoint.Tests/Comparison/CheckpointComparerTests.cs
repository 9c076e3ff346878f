using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Comparison;

internal sealed class CheckpointComparerTests
{
    private static readonly CheckpointComparer s_comparer = new(new AcceptingValidator());

    [Test]
    public async Task An_archive_equals_itself_without_any_allowance()
    {
        var experiment = ComparedExperiment.Create();
        var comparison = await s_comparer.CompareAsync(
            experiment.AsArchive(), experiment.AsArchive(), new CheckpointComparisonOptions { Allowances = CheckpointAllowances.None });

        Assert.That(comparison.IsEqual, Is.True, Show(comparison));
        Assert.That(comparison.Allowances, Is.Empty);
        Assert.That(comparison.Rows.Select(row => row.Left), Is.EqualTo(Enum.GetValues<RegistryKind>().Select(kind => (long)experiment[kind].Count)));
        Assert.That(comparison.Rows.Select(row => row.Right), Is.EqualTo(comparison.Rows.Select(row => row.Left)));
    }

    [Test]
    public async Task An_import_equals_its_source_but_for_the_allowances_each_counted_and_listed()
    {
        var source = ComparedExperiment.Create(variants: 36);
        var claimed = source[RegistryKind.Tasks].Count(row => (string)JsonNode.Parse(row)!["state"]! == "claimed");
        Assert.That(claimed, Is.Positive);

        var comparison = await s_comparer.CompareAsync(
            source.AsArchive("source"), source.Imported().AsStore("target"), new CheckpointComparisonOptions { RightImportedFromLeft = true });

        Assert.That(comparison.IsEqual, Is.True, Show(comparison));
        var uses = comparison.Allowances.ToDictionary(use => use.Name);
        Assert.That(uses.Keys, Is.EqualTo(new[] { "experiment-id", "claim-reverted", "credentials", "imported-from", "display-name" }));
        Assert.That(uses["claim-reverted"].Count, Is.EqualTo(claimed));
        Assert.That(uses["credentials"].Count, Is.EqualTo(source[RegistryKind.Workers].Count));
        Assert.That(uses["imported-from"].Count, Is.EqualTo(1));
        Assert.That(uses["display-name"].Samples.Single().Right, Is.EqualTo("\"The receivers own name\""));
        var ideations = source[RegistryKind.Tasks].Count(row => (string)JsonNode.Parse(row)!["kind"]! == "ideation");
        Assert.That(
            uses["experiment-id"].Count,
            Is.EqualTo(1 + ideations + new[] { RegistryKind.Ideas, RegistryKind.Variants, RegistryKind.Events, RegistryKind.Workers, RegistryKind.Groups }
                .Sum(kind => source[kind].Count)));
        Assert.That(uses["experiment-id"].Samples, Has.Count.EqualTo(10));
    }

    [TestCase("source_experiment_id", "exp_00000000000000000000000000")]
    [TestCase("checkpoint_exported_at", "2026-05-02T03:04:06Z")]
    public async Task Provenance_that_names_another_source_is_a_warning(string field, string value)
    {
        var options = new CheckpointComparisonOptions { RightImportedFromLeft = true };
        var source = ComparedExperiment.Create();
        var imported = source.Imported();
        var comparison = await s_comparer.CompareAsync(source.AsArchive("a"), imported.AsArchive("b"), options);
        Assert.That(comparison.Warnings.Messages(), Has.None.Contains("imported_from"));

        imported.EditExperiment(record => record["imported_from"]![field] = value);
        comparison = await s_comparer.CompareAsync(source.AsArchive("a"), imported.AsArchive("b"), options);
        Assert.That(comparison.IsEqual, Is.True, Show(comparison));
        Assert.That(comparison.Warnings.Messages(), Has.One.Contains("imported_from of b does not name a"));
    }

    [Test]
    public async Task Two_archives_of_an_import_compare_with_their_manifests_allowed()
    {
        var source = ComparedExperiment.Create();
        var comparison = await s_comparer.CompareAsync(source.AsArchive("before"), source.Imported().AsArchive("after"));

        Assert.That(comparison.IsEqual, Is.True, Show(comparison));
        Assert.That(comparison.Allowances.Select(use => use.Name), Does.Contain("manifest").And.Not.Contain("credentials"));
        Assert.That(comparison.Allowances.Single(use => use.Name == "manifest").Samples.Single().Field, Is.EqualTo("exported_at"));
    }

    [TestCase(CheckpointAllowances.ExperimentId)]
    [TestCase(CheckpointAllowances.ClaimReverted)]
    [TestCase(CheckpointAllowances.ImportedFrom)]
    [TestCase(CheckpointAllowances.DisplayName)]
    [TestCase(CheckpointAllowances.Manifest)]
    public async Task What_is_not_allowed_is_a_difference(CheckpointAllowances withheld)
    {
        var source = ComparedExperiment.Create();
        var options = new CheckpointComparisonOptions { Allowances = CheckpointAllowances.All & ~withheld, MaxDifferences = 3 };
        var comparison = await s_comparer.CompareAsync(source.AsArchive(), source.Imported().AsArchive(), options);

        Assert.That(comparison.IsEqual, Is.False);
        Assert.That(comparison.Differences, Has.Count.EqualTo(Math.Min(3, comparison.TotalDifferences)));
        Assert.That(comparison.Allowances.Select(use => use.Allowance), Does.Not.Contain(withheld));
    }

    [Test]
    public async Task Every_altered_lost_or_added_row_is_named([Range(1, 6)] int seed)
    {
        var random = new Random(seed);
        var left = ComparedExperiment.Create(seed: seed);
        for (var round = 0; round < 12; round++)
        {
            var right = left.Copy();
            var kind = (RegistryKind)random.Next(7);
            var index = random.Next(right[kind].Count);
            var key = right.Key(kind, index);
            var expected = string.Empty;
            switch (random.Next(3))
            {
                case 0:
                    right.Edit(kind, index, row => row["x_new"] = round);
                    expected = "x_new";
                    break;
                case 1:
                    right[kind].RemoveAt(index);
                    break;
                default:
                    left[kind].RemoveAt(index);
                    break;
            }

            var comparison = await s_comparer.CompareAsync(left.AsStore("left"), right.AsStore("right"));
            Assert.That(comparison.TotalDifferences, Is.EqualTo(1), $"seed {seed}, round {round}: {Show(comparison)}");
            var difference = comparison.Differences.Single();
            Assert.That(difference.Kind.ToString() + "s", Is.EqualTo(kind.ToString()));
            Assert.That(difference.Record, Is.EqualTo(key));
            Assert.That(difference.Field ?? string.Empty, Is.EqualTo(expected));
            Assert.That(difference.Left is null || difference.Right is null, Is.True);
            left = ComparedExperiment.Create(seed: seed);
        }
    }

    [Test]
    public async Task Key_order_spelling_and_white_space_do_not_matter()
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            for (var index = 0; index < right[kind].Count; index++)
            {
                var members = JsonNode.Parse(right[kind][index])!.AsObject().Reverse().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()));
                right[kind][index] = new JsonObject(members).ToJsonString(new() { WriteIndented = kind != RegistryKind.Events });
            }
        }

        var comparison = await s_comparer.CompareAsync(left.AsStore(), right.AsStore(), new CheckpointComparisonOptions { Allowances = CheckpointAllowances.Credentials });
        Assert.That(comparison.IsEqual, Is.True, Show(comparison));
    }

    [Test]
    public async Task Rows_that_an_archive_has_in_another_order_are_the_same_rows()
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        foreach (var kind in Enum.GetValues<RegistryKind>().Where(kind => kind != RegistryKind.Events))
        {
            right[kind].Reverse();
        }

        var comparison = await s_comparer.CompareAsync(left.AsArchive(), right.AsArchive(), new CheckpointComparisonOptions { Allowances = CheckpointAllowances.None });
        Assert.That(comparison.IsEqual, Is.True, Show(comparison));
    }

    [Test]
    public async Task The_order_of_events_is_part_of_the_content()
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        (right[RegistryKind.Events][4], right[RegistryKind.Events][9]) = (right[RegistryKind.Events][9], right[RegistryKind.Events][4]);

        Assert.That((await s_comparer.CompareAsync(left.AsArchive(), right.AsArchive())).IsEqual, Is.False);
    }

    [Test]
    public async Task The_config_is_compared_byte_for_byte()
    {
        var left = ComparedExperiment.Create();
        var right = left.Copy();
        right.Config = "config: 2\n"u8.ToArray();
        var comparison = await s_comparer.CompareAsync(left.AsArchive(), right.AsArchive());
        Assert.That(comparison.Differences.Single().Kind, Is.EqualTo(CheckpointObjectKind.ExperimentConfig));
        Assert.That(comparison.Differences.Single().Left, Does.StartWith("10 bytes, sha256 "));
    }

    [Test]
    public void An_invalid_archive_is_not_compared()
    {
        var experiment = ComparedExperiment.Create();
        var broken = experiment.Copy();
        broken.Edit(RegistryKind.Tasks, 0, row => row.Remove("state"));
        Assert.That(
            async () => await s_comparer.CompareAsync(experiment.AsArchive(), broken.AsArchive()),
            Throws.TypeOf<CheckpointInvalidException>().With.Property("TotalViolations").EqualTo(1));
    }

    [TestCase("{\"task_id\":\"t\"", "is not JSON")]
    [TestCase("{\"kind\":\"ideation\"}", "has no task_id")]
    [TestCase("[]", "is no JSON object")]
    [TestCase("{\"task_id\":1}", "id is no string")]
    [TestCase("{\"task_id\":\"t\",\"x\":1,\"x\":2}", "twice")]
    public async Task A_store_row_that_cannot_be_compared_is_named(string row, string message)
    {
        var experiment = ComparedExperiment.Create();
        var broken = experiment.Copy();
        broken[RegistryKind.Tasks].Insert(1, row);
        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => s_comparer.CompareAsync(experiment.AsStore(), broken.AsStore()));
        Assert.That(failure!.Violations.Single().Member, Is.EqualTo("tasks.jsonl"));
        Assert.That(failure.Violations.Single().Line, Is.EqualTo(2));
        Assert.That(failure.Violations.Single().Message, Does.Contain(message));
    }

    [Test]
    public async Task Snapshots_are_closed_and_temporary_files_gone_whatever_happens([Values] bool fails)
    {
        using var folder = new Kit.TempFolder();
        var experiment = ComparedExperiment.Create();
        var broken = experiment.Copy();
        if (fails)
        {
            broken[RegistryKind.Groups].Add("{}");
        }

        var store = new RowStore(broken);
        var options = new CheckpointComparisonOptions { TemporaryDirectory = folder.Path };
        try
        {
            await s_comparer.CompareAsync(experiment.AsArchive(), CheckpointComparisonSource.FromStore(store), options);
            Assert.That(fails, Is.False);
        }
        catch (CheckpointInvalidException)
        {
            Assert.That(fails, Is.True);
        }

        Assert.That(store.OpenSnapshots, Is.Zero);
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void Cancelling_ends_the_comparison_and_leaves_nothing()
    {
        using var folder = new Kit.TempFolder();
        using var cancelled = new CancellationTokenSource();
        var experiment = ComparedExperiment.Create();
        var options = new CheckpointComparisonOptions
        {
            TemporaryDirectory = folder.Path,
            Progress = new Reporter(progress =>
            {
                if (progress.Phase == CheckpointPhase.Compare)
                {
                    cancelled.Cancel();
                }
            }),
        };
        Assert.That(
            async () => await s_comparer.CompareAsync(experiment.AsStore(), experiment.AsArchive(), options, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public async Task What_could_not_be_compared_is_a_warning()
    {
        var experiment = ComparedExperiment.Create();
        var comparison = await s_comparer.CompareAsync(experiment.AsArchive("a.tar"), experiment.AsStore("the store"));
        Assert.That(comparison.Repository, Is.Null);
        Assert.That(comparison.Warnings.Messages(), Has.Some.Contains("the store names no repository"));
        Assert.That(comparison.Warnings.Messages(), Has.Some.Contains("config"));
        Assert.That((comparison.LeftName, comparison.RightName), Is.EqualTo(("a.tar", "the store")));
    }

    [Test]
    [NonParallelizable]
    public async Task Memory_does_not_grow_with_the_rows([Values] bool unsorted)
    {
        var left = ComparedExperiment.Create(variants: 2_000);
        var right = left.Imported();
        if (unsorted)
        {
            right[RegistryKind.Tasks].Reverse();
        }

        var samples = 0;
        var peak = 0L;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var options = new CheckpointComparisonOptions
        {
            Progress = new Reporter(_ =>
            {
                // Collecting takes its time with the test's own copy of the rows in memory.
                if (samples++ % 3 == 0)
                {
                    peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before);
                }
            }),
        };
        var comparison = await s_comparer.CompareAsync(left.AsStore(), right.AsStore(), options);

        Assert.That(comparison.TotalDifferences, Is.Zero, Show(comparison));
        Assert.That(samples, Is.GreaterThan(20));
        Assert.That(peak, Is.LessThan(8 << 20), "56,000 rows of 16 MB on either side");
    }

    internal static string Show(CheckpointComparison comparison) => string.Join('\n', comparison.Differences);

    private sealed class Reporter(Action<CheckpointProgress> report) : IProgress<CheckpointProgress>
    {
        public void Report(CheckpointProgress value) => report(value);
    }
}
