using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Comparison;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.Tests.Export;

/// <summary>Credentials that stand in the rows of a store never reach an archive, whatever the store (spec §4).</summary>
[TestFixture]
public class CredentialExportTests
{
    private const string Experiment = HandMadeArchive.Experiment;
    private const string Time = HandMadeArchive.Time;

    [TestCase("postgres")]
    [TestCase("in memory")]
    [TestCase("any other")]
    public async Task They_are_left_out_with_a_warning_that_names_the_field_and_not_the_value(string kind)
    {
        var clean = ComparedExperiment.Create();
        var claimed = clean.Find(RegistryKind.Tasks, "state", "claimed");
        var submitted = clean.Find(RegistryKind.Tasks, "state", "submitted");
        for (var index = 0; index < 4; index++)
        {
            // In the spelling that the editing below gives.
            clean.Edit(RegistryKind.Workers, index, _ => { });
        }

        clean.Edit(RegistryKind.Tasks, claimed, _ => { });
        clean.Edit(RegistryKind.Tasks, submitted, _ => { });
        var leaky = clean.Copy();
        foreach (var task in (int[])[claimed, submitted])
        {
            leaky.Edit(RegistryKind.Tasks, task, row => row["claim"]!["token"] = "secret-claim");
        }

        string[] names = ["credential", "credential_hash", "auth_credential_hash", "registration_token"];
        for (var index = 0; index < names.Length; index++)
        {
            leaky.Edit(RegistryKind.Workers, index, row => row.Insert(index, names[index], index == 2 ? new JsonObject { ["x"] = "secret-hash" } : "secret-hash"));
        }

        await using var database = await TempPostgres.CreateDatabaseAsync();
        var destination = new RecordingStream();

        var result = await Exporter(await StoreAsync(kind, leaky, database)).ExportAsync(destination);

        var text = Encoding.UTF8.GetString(destination.ToArray());
        Assert.That(text, Does.Not.Contain("secret").And.Not.Contain(PostgresRows.CredentialHash));
        Assert.That(result.IsImportable, Is.True);
        string[] fields = ["claim.token", "claim.token", .. names];
        Assert.That(result.Warnings.Messages().Where(warning => warning.EndsWith(": was left out of the archive: it is a credential", StringComparison.Ordinal)).Select(warning => warning.Split(' ')[2].TrimEnd(':')), Is.EquivalentTo(fields));
        Assert.That(result.Warnings.Messages(), Has.Some.EqualTo($"workers.jsonl:2 {clean.Key(RegistryKind.Workers, 1)} credential_hash: was left out of the archive: it is a credential").And.None.Contains("secret"));

        // All other bytes are the store's.
        var members = TarMembers.Read(destination.ToArray());
        Assert.That(Encoding.UTF8.GetString(members["checkpoint/tasks.jsonl"]), Is.EqualTo(Lines(clean, RegistryKind.Tasks)));
        Assert.That(Encoding.UTF8.GetString(members["checkpoint/workers.jsonl"]), Is.EqualTo(Lines(clean, RegistryKind.Workers)));
        Assert.That((await new CheckpointVerifier().VerifyAsync(new MemoryStream(destination.ToArray()))).Violations, Is.Empty);

        var comparison = await new CheckpointComparer().CompareAsync(
            CheckpointComparisonSource.FromStore(await StoreAsync("any other", leaky, database)), CheckpointComparisonSource.FromArchive(new MemoryStream(destination.ToArray()), "archive"),
            new CheckpointComparisonOptions());
        Assert.That(comparison.Differences.Select(difference => difference.Kind), Is.All.EqualTo(CheckpointObjectKind.ExperimentConfig), "the store has none");
    }

    [TestCase("""{"worker_id":"W","credential_hash":"secret","experiment_id":"E","registered_at":"T"}""")]
    [TestCase("""{"credential_hash":"secret","worker_id":"W","experiment_id":"E","registered_at":"T"}""")]
    [TestCase("""{"worker_id":"W","experiment_id":"E","registered_at":"T","registration_token":"secret"}""")]
    [TestCase("""{"credential_hash":"secret","registration_token":"secret","worker_id":"W","auth_credential_hash":["secret"],"credential":{"a":"secret"},"experiment_id":"E","registered_at":"T"}""")]
    [TestCase("""{"worker_id":"W","credential\u005fhash":"secret","experiment_id":"E","\u0072egistration_token":"secret","registered_at":"T"}""")]
    [TestCase("{ \"credential_hash\" : \"secret\" , \"worker_id\" : \"W\" ,\n\"credential\":\"secret\"\t, \"experiment_id\":\"E\",\"registered_at\":\"T\" , \"registration_token\" : null }")]
    public async Task They_are_cut_out_wherever_they_stand_in_a_worker(string row)
    {
        row = row.Replace("\"W\"", $"\"{HandMadeArchive.Ann}\"", StringComparison.Ordinal).Replace("\"E\"", $"\"{Experiment}\"", StringComparison.Ordinal).Replace("\"T\"", $"\"{Time}\"", StringComparison.Ordinal);
        Assert.That(
            await ExportRowAsync(RegistryKind.Workers, row),
            Is.EqualTo($$"""{"worker_id":"{{HandMadeArchive.Ann}}","experiment_id":"{{Experiment}}","registered_at":"{{Time}}"}""" + "\n"));
    }

    [TestCase("""{"token":"secret","worker_id":"W","claimed_at":"T"}""", """{"worker_id":"W","claimed_at":"T"}""")]
    [TestCase("""{"worker_id":"W","token":{"a":["secret"]},"claimed_at":"T"}""", """{"worker_id":"W","claimed_at":"T"}""")]
    [TestCase("""{"worker_id":"W","claimed_at":"T","t\u006fken":"secret"}""", """{"worker_id":"W","claimed_at":"T"}""")]
    [TestCase("""{"worker_id":"W","claimed_at":"T","token":null,"x":{"token":"kept"}}""", """{"worker_id":"W","claimed_at":"T","x":{"token":"kept"}}""")]
    public async Task They_are_cut_out_of_a_claim_and_nowhere_else(string claim, string left)
    {
        static string Named(string text) => text.Replace("\"W\"", $"\"{HandMadeArchive.Ann}\"", StringComparison.Ordinal).Replace("\"T\"", $"\"{Time}\"", StringComparison.Ordinal);
        var row = $$$"""{"token":"kept","task_id":"t","x":{"claim":{"token":"kept"}},"claim":CLAIM,"kind":"ideation","state":"claimed","payload":{"experiment_id":"{{{Experiment}}}","token":"kept"},"created_at":"{{{Time}}}","updated_at":"{{{Time}}}"}""";
        Assert.That(
            await ExportRowAsync(RegistryKind.Tasks, row.Replace("CLAIM", Named(claim), StringComparison.Ordinal)),
            Is.EqualTo(row.Replace("CLAIM", Named(left), StringComparison.Ordinal) + "\n"));
    }

    [Test]
    public async Task Of_many_warnings_the_first_ones_are_listed()
    {
        var rows = Enumerable.Range(0, 250).Select(number => $$"""{"worker_id":"wkr_{{number:D26}}","experiment_id":"{{Experiment}}","registered_at":"{{Time}}","credential_hash":"secret"}""").ToArray();
        var destination = new RecordingStream();

        var result = await Exporter(Store(RegistryKind.Workers, rows)).ExportAsync(destination, new CheckpointExportOptions { Limits = new CheckpointLimits { MaxViolations = 10 } });

        Assert.That(result.Warnings.Messages().Count(warning => warning.Contains("credential_hash", StringComparison.Ordinal)), Is.EqualTo(10));
        Assert.That(result.Warnings.Messages(), Has.Some.EqualTo("… and 240 more warnings about rows."));
        Assert.That(Encoding.UTF8.GetString(destination.ToArray()), Does.Not.Contain("secret"));
    }

    [Test]
    public async Task Rows_that_are_written_as_a_last_resort_hold_none_either()
    {
        var worker = $$"""{"worker_id":"{{HandMadeArchive.Ann}}","experiment_id":"{{Experiment}}","registered_at":"{{Time}}"}""";
        var task = $$$"""{"task_id":"t","kind":"ideation","state":"pending","payload":{"experiment_id":"{{{Experiment}}}"},"created_at":"{{{Time}}}","updated_at":"{{{Time}}}"}""";
        var store = new FakeStore(
            $$"""{"experiment_id":"{{Experiment}}","state":"running","created_at":"{{Time}}"}""",
            new Dictionary<RegistryKind, string[]>
            {
                [RegistryKind.Workers] =
                [
                    worker.Insert(1, "\"credential_hash\":\"secret\",\"credential_hash\":\"secret\","),
                    worker.Insert(1, "\"registration_token\":\"secret\" "),
                    worker.Insert(1, "\"registration\\u005ftoken\":\"secret\" "),
                    "[{\"credential\":\"secret\"}]",
                    "plain\ntext",
                    worker,
                ],
                [RegistryKind.Tasks] =
                [
                    task.Insert(1, "\"claim\":{\"token\":\"secret\"},"),
                    task.Insert(1, "\"claim\":{\"x\":1},\"claim\":{\"token\":\"secret\",\"token\":\"secret\"},"),
                    task.Insert(1, "\"claim\":{\"token\":\"secret\"};"),
                ],
            });
        var destination = new RecordingStream();

        var result = await Exporter(store).ExportAsync(destination, new CheckpointExportOptions { AllowRowViolations = true });

        Assert.That(result.IsImportable, Is.False);
        Assert.That(Encoding.UTF8.GetString(destination.ToArray()), Does.Not.Contain("secret"));
        var members = TarMembers.Read(destination.ToArray());
        Assert.That(Encoding.UTF8.GetString(members["checkpoint/workers.jsonl"]), Is.EqualTo($"{worker}\nplaintext\n{worker}\n").Or.EqualTo($"{worker}\nplain text\n{worker}\n"));
        Assert.That(Encoding.UTF8.GetString(members["checkpoint/tasks.jsonl"]), Is.EqualTo($"{task.Insert(1, "\"claim\":{},")}\n{task.Insert(1, "\"claim\":{\"x\":1},\"claim\":{},")}\n"));
        Assert.That(result.Manifest.Counts[RegistryKind.Workers], Is.EqualTo(3), "rows that may hold one and cannot be read are left out");
        Assert.That(result.Warnings.Messages().Count(warning => warning.Contains("the row was left out of the archive", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    private static async Task<string> ExportRowAsync(RegistryKind kind, string row)
    {
        var destination = new RecordingStream();
        await Exporter(Store(kind, row)).ExportAsync(destination);
        return Encoding.UTF8.GetString(TarMembers.Read(destination.ToArray())[$"checkpoint/{CheckpointManifestFiles.Standard[kind]}"]);
    }

    private static FakeStore Store(RegistryKind kind, params string[] rows) => new(
        $$"""{"experiment_id":"{{Experiment}}","state":"running","created_at":"{{Time}}"}""", new Dictionary<RegistryKind, string[]> { [kind] = rows });

    private static async Task<ICheckpointStore> StoreAsync(string kind, ComparedExperiment rows, TempDatabase database)
    {
        if (kind == "postgres")
        {
            await Eden.Checkpoint.PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);
            await PostgresRows.InsertExperimentAsync(database.DataSource, rows.Experiment);
            foreach (var registry in Enum.GetValues<RegistryKind>())
            {
                await PostgresRows.CopyAsync(database.DataSource, registry, rows[registry]);
            }

            return new Eden.Checkpoint.PostgresCheckpointStore(database.DataSource);
        }

        if (kind == "any other")
        {
            return new RowStore(rows);
        }

        var store = new InMemoryCheckpointStore(rows.Experiment);
        foreach (var registry in Enum.GetValues<RegistryKind>())
        {
            foreach (var row in rows[registry])
            {
                if (registry == RegistryKind.Events)
                {
                    store.Append(row);
                }
                else
                {
                    store.Put(registry, row);
                }
            }
        }

        return store;
    }

    private static string Lines(ComparedExperiment experiment, RegistryKind kind) => string.Concat(experiment[kind].Select(row => row + "\n"));

    private static CheckpointExporter Exporter(ICheckpointStore store)
    {
        var provider = new Mock<IRepoBundleProvider>();
        provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(RepoBundle.Empty);
        return new CheckpointExporter(store, provider.Object);
    }
}
