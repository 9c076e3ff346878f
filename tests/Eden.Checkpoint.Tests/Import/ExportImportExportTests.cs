using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Comparison;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>An archive, imported and exported again, is the same archive to the comparer but for what spec §9 allows.</summary>
[TestFixture]
public class ExportImportExportTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";

    private ImportScene _scene = null!;
    private TempFolder _folder = null!;
    private SyntheticExperiment _synthetic = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _scene = await ImportScene.CreateAsync(variants: 1);
        _folder = new TempFolder();
        _synthetic = await SyntheticExperiment.CreateAsync(_folder["source.git"], variants: 36);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _folder.Dispose();
        await _scene.DisposeAsync();
    }

    [TestCase("every kind and state", "claim-reverted")]
    [TestCase("unknown fields everywhere", "claim-reverted")]
    [TestCase("as little as there may be", "dispatch-mode-default")]
    [TestCase("terminated", "claim-reverted")]
    [TestCase("imported itself", "claim-reverted")]
    [TestCase("nothing at all")]
    public async Task Two_exports_with_an_import_between_them_are_equal_but_for_what_is_allowed(string shape, params string[] more)
    {
        foreach (var inMemory in (bool[])[false, true])
        {
            var source = Make(shape);
            using var first = await ExportAsync(new RowStore(source), _folder["source.git"]);
            ICheckpointImportStore store = inMemory
                ? new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-01-01T00:00:00Z"}""")
                : _scene.Store(await _scene.ReceiverAsync(Receiver));

            var result = await _scene.Importer(store).ImportAsync(first, _scene.OptionsWithRepository());
            using var second = await ExportAsync(store, _scene.RepositoryPath);
            Directory.Delete(_scene.RepositoryPath, recursive: true);

            first.Position = 0;
            var comparison = await new CheckpointComparer().CompareAsync(
                CheckpointComparisonSource.FromArchive(first, "first"),
                CheckpointComparisonSource.FromArchive(second, "second"),
                new CheckpointComparisonOptions { RightImportedFromLeft = true });
            using (Assert.EnterMultipleScope())
            {
                // What the PostgreSQL schema has no column for is told, and is the only thing that is lost.
                var lost = shape == "unknown fields everywhere" && !inMemory ? new[] { "x_record" } : [];
                Assert.That(comparison.Differences.Select(difference => difference.Field), Is.EqualTo(lost), CheckpointComparerTests.Show(comparison));
                Assert.That(result.Warnings.Messages().Any(warning => warning.Contains("x_record", StringComparison.Ordinal)), Is.EqualTo(lost.Length > 0));
                Assert.That(comparison.Allowances.Select(use => use.Name), Is.SupersetOf(new[] { "experiment-id", "imported-from", "manifest" }.Concat(inMemory ? more.Except(["dispatch-mode-default"]) : more)));
                Assert.That(comparison.Allowances.Select(use => use.Name), Is.SubsetOf(new[] { "experiment-id", "claim-reverted", "imported-from", "manifest", "dispatch-mode-default" }));
                Assert.That(comparison.Repository!.LeftObjects, Is.EqualTo(comparison.Repository.RightObjects).And.Positive);
                Assert.That(comparison.Warnings.Messages(), Has.None.Contains("imported_from"), "the provenance is the first archive's, whatever it was before");
            }
        }

        _scene.AssertNothingTemporary();
    }

    private static async Task<MemoryStream> ExportAsync(ICheckpointStore store, string repository)
    {
        var archive = new MemoryStream();
        await new CheckpointExporter(store, new LocalRepoBundleProvider(repository)).ExportAsync(archive);
        archive.Position = 0;
        return archive;
    }

    private ComparedExperiment Make(string shape)
    {
        var experiment = ComparedExperiment.From(_synthetic);
        switch (shape)
        {
            case "unknown fields everywhere":
                experiment.EditExperiment(record => record["x_record"] = More());
                foreach (var kind in Enum.GetValues<RegistryKind>())
                {
                    for (var index = 0; index < experiment[kind].Count; index++)
                    {
                        experiment.Edit(kind, index, row =>
                        {
                            foreach (var inner in row.Select(field => field.Value).OfType<JsonObject>().Where(inner => inner.Parent!.AsObject().All(field => field.Key != "labels" || field.Value != inner)).ToArray())
                            {
                                inner["x_inner"] = More();
                            }

                            row["x_row"] = More();
                        });
                    }
                }

                break;
            case "as little as there may be":
                Keep(experiment, row => row["kind"]?.GetValue<string>() == "baseline");
                experiment.EditExperiment(record =>
                {
                    foreach (var name in (string[])["name", "base_commit_sha", "dispatch_mode"])
                    {
                        record.Remove(name);
                    }
                });
                experiment.Edit(RegistryKind.Variants, 0, row =>
                {
                    foreach (var name in row.Select(field => field.Key).Except(["variant_id", "experiment_id", "kind", "status", "parent_commits", "started_at"]).ToArray())
                    {
                        row.Remove(name);
                    }
                });
                break;
            case "terminated":
                experiment.EditExperiment(record => record["state"] = "terminated");
                break;
            case "imported itself":
                experiment.EditExperiment(record => record["imported_from"] = new JsonObject
                {
                    ["source_experiment_id"] = "exp_01hqs3m4n5p6q7r8s9t0v1w2aa",
                    ["checkpoint_exported_at"] = "2020-01-01T00:00:00Z",
                    ["checkpoint_format_version"] = "1",
                });
                break;
            case "nothing at all":
                Keep(experiment, _ => false);
                break;
        }

        return experiment;
    }

    private static JsonObject More() => new() { ["n"] = JsonNode.Parse("123456789012345678901234567890.5e400"), ["t"] = JsonNode.Parse("\"\\u00e9 é \\ud83d\\ude80 漢\""), ["null"] = null, ["list"] = new JsonArray(1, true, new JsonObject()) };

    /// <summary>Leaves of all rows the first variant that is wanted.</summary>
    private static void Keep(ComparedExperiment experiment, Func<JsonObject, bool> isWanted)
    {
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            var kept = experiment[kind].Where(row => kind == RegistryKind.Variants && isWanted(JsonNode.Parse(row)!.AsObject())).Take(1).ToArray();
            experiment[kind].Clear();
            experiment[kind].AddRange(kept);
        }
    }
}
