using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.Tests.Import;

[TestFixture]
public class ImportRoundTripTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";
    private static readonly RegistryKind[] s_kinds = Enum.GetValues<RegistryKind>();
    private ImportScene _scene = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _scene = await ImportScene.CreateAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [Test]
    public async Task Every_row_lands_byte_for_byte_but_for_the_id_and_the_claims()
    {
        var database = await _scene.ReceiverAsync(Receiver, "Mine");

        var result = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options());

        await using var snapshot = await _scene.Store(database).OpenSnapshotAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExperimentId, Is.EqualTo(Receiver));
            foreach (var kind in s_kinds)
            {
                Assert.That(
                    await snapshot.ListAsync(kind), Is.EqualTo(_scene.Experiment[kind].Select(row => _scene.Expected(kind, row, Receiver))), kind.ToString());
                Assert.That(result.RowCounts[kind], Is.EqualTo(_scene.Experiment[kind].Count), kind.ToString());
            }

            Assert.That(result.RevertedClaims, Is.EqualTo(_scene.Experiment[RegistryKind.Tasks].Count(row => row.Contains("\"state\":\"claimed\"", StringComparison.Ordinal))).And.GreaterThan(0));
            AssertExperiment(JsonNode.Parse(snapshot.ExperimentText())!.AsObject(), Receiver, "Mine", result.Manifest);
        }

        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task The_columns_beside_the_record_say_what_the_record_says()
    {
        var database = await _scene.EmptyDatabaseAsync();

        await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options());

        foreach (var (table, columns) in new (string, string[])[]
        {
            ("task", ["task_id", "kind", "state"]), ("idea", ["idea_id", "state"]), ("variant", ["variant_id", "status"]),
            ("event", ["event_id", "type", "occurred_at", "experiment_id"]), ("worker", ["worker_id", "name"]), ("worker_group", ["group_id", "name"]),
        })
        {
            foreach (var column in columns)
            {
                Assert.That(
                    await database.ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE {column} IS DISTINCT FROM data::json ->> '{column}'"), Is.Zero, $"{table}.{column}");
            }
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM submission WHERE data::jsonb ? 'task_id' OR data::jsonb ? 'kind'"), Is.Zero);
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM submission s JOIN task t USING (task_id) WHERE s.kind <> t.kind"), Is.Zero);
            Assert.That(await database.ScalarAsync<long>("SELECT max(seq) - min(seq) + 1 - count(*) FROM event"), Is.Zero);
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM worker WHERE credential_hash <> '$quick$' || worker_id"), Is.Zero);
            Assert.That(
                await database.ScalarAsync<string>("""SELECT string_agg(group_id || ':' || member_id || ':' || "position", ',' ORDER BY group_id, "position") FROM group_membership"""),
                Is.EqualTo(await database.ScalarAsync<string>("SELECT string_agg(group_id || ':' || value || ':' || ordinality - 1, ',' ORDER BY group_id, ordinality) FROM worker_group, json_array_elements_text(data::json -> 'members') WITH ORDINALITY")));
            Assert.That(
                await database.ScalarAsync<long>("INSERT INTO event (event_id, type, occurred_at, experiment_id, data) VALUES ('next', 'a.b', 'x', 'y', '{}') RETURNING seq"),
                Is.EqualTo(_scene.Experiment[RegistryKind.Events].Count + 1), "the sequence goes on");
        }
    }

    [Test]
    public async Task A_database_without_schema_gets_one_and_takes_the_id_asked_for()
    {
        var database = await _scene.EmptyDatabaseAsync();

        var result = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options() with { AsExperimentId = Receiver });

        await using var snapshot = await _scene.Store(database).OpenSnapshotAsync();
        Assert.That((result.ExperimentId, snapshot.ExperimentId), Is.EqualTo((Receiver, Receiver)));
        AssertExperiment(JsonNode.Parse(snapshot.ExperimentText())!.AsObject(), snapshot.ExperimentId, "Synthétique 漢字", result.Manifest);
    }

    [Test]
    public async Task A_receiver_without_an_id_gets_a_fresh_one_and_never_the_sources([Values] bool hasSchema)
    {
        var ids = new List<string>();
        for (var round = 0; round < 2; round++)
        {
            var database = await _scene.EmptyDatabaseAsync();
            if (hasSchema)
            {
                await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);
            }

            var result = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options());

            ids.Add(result.ExperimentId);
            await using var snapshot = await _scene.Store(database).OpenSnapshotAsync();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(snapshot.ExperimentId, Is.EqualTo(result.ExperimentId));
                AssertExperiment(JsonNode.Parse(snapshot.ExperimentText())!.AsObject(), snapshot.ExperimentId, "Synthétique 漢字", result.Manifest);
                foreach (var kind in s_kinds)
                {
                    Assert.That(
                        await snapshot.ListAsync(kind), Is.EqualTo(_scene.Experiment[kind].Select(row => _scene.Expected(kind, row, result.ExperimentId))), kind.ToString());
                }
            }
        }

        Assert.That(ids, Is.Unique.And.All.Match("^exp_[0-9a-hjkmnp-tv-z]{26}$").And.None.EqualTo(_scene.Experiment.ExperimentId));
    }

    [Test]
    public async Task The_repository_is_restored_with_every_ref_and_object()
    {
        var database = await _scene.EmptyDatabaseAsync();
        Directory.CreateDirectory(_scene.RepositoryPath);

        var result = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository());

        await GitCli.RunAsync(_scene.RepositoryPath, "fsck", "--full", "--strict");
        var refs = await GitCli.RunAsync(_scene.RepositoryPath, "for-each-ref", "--format=%(refname)");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.RepositoryPath, Is.EqualTo(_scene.RepositoryPath));
            Assert.That(refs.Split('\n'), Does.Contain("refs/heads/main").And.Contain($"refs/heads/{SyntheticLineage.WorkBranch(0)}"));
            Assert.That(await GitCli.RunAsync(_scene.RepositoryPath, "rev-parse", "main"), Is.EqualTo(_scene.Experiment.BaseCommit));
            Assert.That(Directory.EnumerateFileSystemEntries(_scene.RepositoryPath).Select(Path.GetFileName), Has.None.Contains("unfinished"));
        }

        _scene.AssertNothingTemporary();
        Directory.Delete(_scene.RepositoryPath, recursive: true);
    }

    [Test]
    public async Task An_export_of_the_import_is_the_same_experiment()
    {
        var database = await _scene.EmptyDatabaseAsync();
        await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository() with { AsExperimentId = _scene.Experiment.ExperimentId });
        using var again = new MemoryStream();

        await new CheckpointExporter(_scene.Store(database), new LocalRepoBundleProvider(_scene.RepositoryPath)).ExportAsync(again);

        var (first, second) = (TarMembers.Read(_scene.Archive), TarMembers.Read(again.ToArray()));
        using (Assert.EnterMultipleScope())
        {
            foreach (var kind in s_kinds.Except([RegistryKind.Tasks]))
            {
                var name = $"checkpoint/{kind.ToString().ToLowerInvariant()}.jsonl";
                Assert.That(second[name], Is.EqualTo(first[name]), name);
            }

            Assert.That(second["checkpoint/repo.bundle"], Has.Length.EqualTo(first["checkpoint/repo.bundle"].Length));
        }

        // And back again: an imported experiment's provenance is replaced.
        var store = new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-01-01T00:00:00Z"}""");
        var result = await _scene.Importer(store).ImportAsync(new MemoryStream(again.ToArray()), _scene.Options());
        await using var snapshot = await store.OpenSnapshotAsync();
        Assert.That(JsonNode.Parse(snapshot.ExperimentText())!["imported_from"]!["checkpoint_exported_at"]!.GetValue<string>(), Is.EqualTo(result.Manifest.ExportedAt));
        Directory.Delete(_scene.RepositoryPath, recursive: true);
    }

    [Test]
    public async Task An_in_memory_store_takes_the_same_rows()
    {
        var store = new InMemoryCheckpointStore($$$"""{"experiment_id":"{{{Receiver}}}","state":"running","created_at":"2026-01-01T00:00:00Z","base_commit_sha":"{{{new string('a', 40)}}}","dispatch_mode":{"termination":"manual"}}""");

        var result = await _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options() with { AsExperimentId = Receiver, ExpectedExperimentId = Receiver });

        await using var snapshot = await store.OpenSnapshotAsync();
        using (Assert.EnterMultipleScope())
        {
            foreach (var kind in s_kinds)
            {
                Assert.That(
                    await snapshot.ListAsync(kind), Is.EqualTo(_scene.Experiment[kind].Select(row => _scene.Expected(kind, row, Receiver))), kind.ToString());
            }

            AssertExperiment(JsonNode.Parse(snapshot.ExperimentText())!.AsObject(), Receiver, "Synthétique 漢字", result.Manifest);
            Assert.That(store.FindCredentialHash(result.Credentials[0].WorkerId), Is.EqualTo(result.Credentials[0].Hash));
        }
    }

    [Test]
    public async Task Progress_counts_the_rows_of_all_registries_together()
    {
        var rows = Enum.GetValues<RegistryKind>().Sum(kind => _scene.Experiment[kind].Count);
        var steps = new List<CheckpointProgress>();
        var progress = new Moq.Mock<IProgress<CheckpointProgress>>();
        progress.Setup(target => target.Report(Moq.It.Is<CheckpointProgress>(step => step.Phase == CheckpointPhase.Import))).Callback(steps.Add);

        await _scene.Importer(new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-11-01T00:00:00Z"}"""))
            .ImportAsync(_scene.Open(), _scene.Options() with { Progress = progress.Object });

        Assert.That(steps.Select(step => step.Completed), Is.Ordered);
        Assert.That(steps[^1], Is.EqualTo(new CheckpointProgress(CheckpointPhase.Import, rows, rows, "groups.jsonl")));
    }

    [Test]
    public async Task Fields_that_the_store_has_no_place_for_are_named()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var archive = new HandMadeArchive().Set("repo.bundle", "");
        archive.Record(record =>
        {
            record["x_more"] = new JsonArray(1, 2);
            record.Remove("base_commit_sha");
            record["state"] = "terminated";
        });

        var result = await _scene.Importer(database).ImportAsync(new MemoryStream(archive.ToTar()), _scene.OptionsWithRepository());

        await using var snapshot = await _scene.Store(database).OpenSnapshotAsync();
        var record = JsonNode.Parse(snapshot.ExperimentText())!.AsObject();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Warnings.Messages(), Has.Some.Contains("x_more").And.Some.Contains("not resumable"));
            Assert.That(result.Warnings.Select(warning => warning.Code), Is.SupersetOf(new[] { CheckpointWarningCode.FieldsLeftOut, CheckpointWarningCode.NotResumable }));
            Assert.That(result.RepositoryPath, Is.Null);
            Assert.That(record["state"]!.GetValue<string>(), Is.EqualTo("terminated"));
            Assert.That(record.ContainsKey("base_commit_sha"), Is.False);
            Assert.That(Directory.Exists(_scene.RepositoryPath), Is.False);
        }
    }

    [Test]
    public async Task An_invalid_archive_is_refused_before_the_target_is_looked_at()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var archive = new HandMadeArchive().Set("repo.bundle", "").Row("events.jsonl", 2, row => row["event_id"] = "a\0b");

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => _scene.Importer(database).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options()));

        Assert.That(failure!.Violations.Single(), Has.Property(nameof(CheckpointViolation.Member)).EqualTo("events.jsonl").And.Property(nameof(CheckpointViolation.Line)).EqualTo(2));
        Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('task') IS NULL"), "the target was looked at");
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task What_is_wrong_with_rows_and_with_the_bundle_is_told_together_and_no_repository_is_left([Values] bool alsoRows)
    {
        var members = TarMembers.Read(_scene.Archive);
        var archive = new RawTar();
        foreach (var (name, content) in members)
        {
            archive.Member(name, name switch
            {
                // A branch that the bundle does not have; an event of no type.
                "checkpoint/variants.jsonl" => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace($"\"branch\":\"{SyntheticLineage.WorkBranch(1)}\"", "\"branch\":\"work/gone\"", StringComparison.Ordinal)),
                "checkpoint/events.jsonl" when alsoRows => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("\"type\":\"idea.ready\"", "\"type\":\"Ready\"", StringComparison.Ordinal)),
                _ => content,
            });
        }

        var database = await _scene.EmptyDatabaseAsync();
        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => _scene.Importer(database).ImportAsync(new MemoryStream(archive.End()), _scene.OptionsWithRepository() with { Limits = new CheckpointLimits { MaxViolations = 10_000 } }));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure!.Violations.Count(violation => violation.Rule == CheckpointRule.BranchReference), Is.EqualTo(1));
            Assert.That(failure.Violations.Any(violation => violation.Member == "events.jsonl"), Is.EqualTo(alsoRows));
            Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('task') IS NULL"), "the target was looked at");
            Assert.That(Directory.Exists(_scene.RepositoryPath), Is.False);
        }

        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task A_hosts_own_check_of_the_bundle_decides_where_a_repository_is_restored_too([Values] bool isValid)
    {
        var validator = new Mock<ICrossReferenceValidator>();
        validator.Setup(v => v.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new CrossReferenceReport
            {
                Violations = isValid ? [] : [new CheckpointViolation(CheckpointRule.CommitReference, "variants.jsonl", 1, null, null, "our own rule")],
                TotalViolations = isValid ? 0 : 1,
            });
        var importer = new CheckpointImporter(_scene.Store(await _scene.EmptyDatabaseAsync()), new QuickIssuer(), validator.Object);

        var import = () => importer.ImportAsync(_scene.Open(), _scene.OptionsWithRepository());

        if (isValid)
        {
            Assert.That((await import()).RepositoryPath, Is.EqualTo(_scene.RepositoryPath));
            Directory.Delete(_scene.RepositoryPath, recursive: true);
        }
        else
        {
            Assert.That((await Assert.ThrowsAsync<CheckpointInvalidException>(import))!.Message, Does.Contain("our own rule"));
            Assert.That(Directory.Exists(_scene.RepositoryPath), Is.False);
        }

        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task An_id_too_long_for_an_index_makes_the_checkpoint_invalid()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var random = new Random(5);
        var archive = new HandMadeArchive().Set("repo.bundle", "")
            .Row("events.jsonl", 2, row => row["event_id"] = string.Concat(Enumerable.Range(0, 9000).Select(_ => (char)random.Next('!', '[' - 1))));

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => _scene.Importer(database).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options()));

        Assert.That(failure!.Violations.Single().ToString(), Does.StartWith("events.jsonl:2 ").And.Contain("index row"));
        Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('task') IS NULL"), Is.True, "found before the store is looked at");
    }

    [Test]
    public async Task What_the_archive_leaves_out_is_cleared_at_the_receiver_and_its_missing_name_is_taken([Values] bool inMemory, [Values] bool named)
    {
        var stale = new string('a', 40);
        ICheckpointImportStore store = inMemory
            ? new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-01-01T00:00:00Z","base_commit_sha":"{{stale}}","imported_from":null}""")
            : _scene.Store(await _scene.ReceiverAsync(Receiver));
        await using (var before = await store.OpenSnapshotAsync())
        {
            Assert.That(JsonNode.Parse(before.ExperimentText())!["base_commit_sha"]!.GetValue<string>(), Is.EqualTo(stale));
        }

        var archive = new HandMadeArchive().Set("repo.bundle", "").Record(record =>
        {
            record.Remove("base_commit_sha");
            record["created_at"] = "2020-02-29T00:00:00Z";
            record["dispatch_mode"] = JsonNode.Parse("""{"integration":"manual","x_review":{"by":[1e400]}}""");
            _ = named || record.Remove("name");
        });

        var result = await _scene.Importer(store).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options());

        await using var after = await store.OpenSnapshotAsync();
        var expected = JsonNode.Parse(archive.Text("experiment.json"))!.AsObject();
        expected["experiment_id"] = Receiver;
        expected["imported_from"] = new JsonObject
        {
            ["checkpoint_exported_at"] = HandMadeArchive.Time, ["checkpoint_format_version"] = "1", ["source_experiment_id"] = HandMadeArchive.Experiment,
        };
        Assert.That(result.ExperimentId, Is.EqualTo(Receiver));
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(after.ExperimentText()), expected), after.ExperimentText());
        Assert.That(after.ExperimentText(), Does.Contain("\"x_review\":{\"by\":[1e400]}"));
    }

    // A deployment's counter makes evt-%06d of max(seq) + 1, and numbers that its transactions gave up are missing.
    [TestCase("evt-000007", "evt-000002", "e-3", 8)]
    [TestCase("evt-000001", "evt-000002", "evt-1000000", 1_000_001)]
    [TestCase("evt-000001", "evt-000002", "evt-000003", 4)]
    [TestCase("evt-7", "evt-0000008", "evt-000009x", 4)]
    [TestCase("evt-999999999999999", "evt-000002", "evt-000001", 1_000_000_000_000_000)]
    [TestCase("evt-9223372036854775807", "evt-99999999999999999999", "evt--00005", 4)]
    public async Task No_event_id_of_the_archive_comes_again_from_the_stores_counter(string first, string second, string third, long next)
    {
        var database = await _scene.EmptyDatabaseAsync();
        await database.ExecuteAsync("CREATE SCHEMA \"My \"\"lab\"");
        await using var inLab = Npgsql.NpgsqlDataSource.Create(database.With(parts => parts.SearchPath = "\"My \"\"lab\""));
        var archive = new HandMadeArchive().Set("repo.bundle", "");
        foreach (var (id, line) in new[] { (first, 1), (second, 2), (third, 3) })
        {
            archive.Row("events.jsonl", line, row => row["event_id"] = id);
        }

        await _scene.Importer(new PostgresCheckpointStore(inLab)).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options());

        await using var snapshot = await new PostgresCheckpointStore(inLab).OpenSnapshotAsync();
        await using var append = inLab.CreateCommand("INSERT INTO event (event_id, type, occurred_at, experiment_id, data) SELECT 'evt-' || lpad((max(seq) + 1)::text, 6, '0'), 'a.b', '', '', '{}' FROM event RETURNING seq");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await snapshot.ListAsync(RegistryKind.Events)).Select(row => JsonNode.Parse(row)!["event_id"]!.GetValue<string>()), Is.EqualTo(new[] { first, second, third }));
            Assert.That(await append.ExecuteScalarAsync(), Is.EqualTo(next));
        }
    }

    [Test]
    public async Task An_escaped_nul_in_a_field_of_nobodys_survives()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var archive = new HandMadeArchive().Set("repo.bundle", "");
        var names = s_kinds.Select(kind => $"{kind.ToString().ToLowerInvariant()}.jsonl").ToArray();
        foreach (var name in names)
        {
            archive.Row(name, 1, row => row["x_more"] = "a\0b\\u0000");
        }

        await _scene.Importer(database).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options());

        await using var snapshot = await _scene.Store(database).OpenSnapshotAsync();
        foreach (var (kind, name) in s_kinds.Zip(names))
        {
            Assert.That((await snapshot.ListAsync(kind)).Select(row => JsonNode.Parse(row)!["x_more"]?.GetValue<string>()), Has.One.EqualTo("a\0b\\u0000"), name);
        }

        Assert.That(
            await database.ScalarAsync<string>("""SELECT string_agg(member_id, ',' ORDER BY "position") FROM group_membership"""),
            Is.EqualTo($"{HandMadeArchive.Ann},{HandMadeArchive.Club}"));
    }

    [Test]
    public async Task An_escaped_nul_in_a_live_task_which_the_stores_index_cannot_read_makes_the_checkpoint_invalid()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var archive = new HandMadeArchive().Set("repo.bundle", "").Row("tasks.jsonl", 3, row => row["x_more"] = "a\0b");

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => _scene.Importer(database).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options()));

        Assert.That(failure!.Violations.Single().ToString(), Does.StartWith("tasks.jsonl").And.Contain("cannot be stored"));
    }

    [Test]
    public async Task Names_that_deployments_reserve_are_imported_and_credentials_are_issued_whatever_the_manifest_says()
    {
        var database = await _scene.EmptyDatabaseAsync();
        var archive = new HandMadeArchive().Set("repo.bundle", "").EditManifest(manifest => manifest["requires_credential_reissue"] = false)
            .Row("workers.jsonl", 1, row => row["name"] = "admin").Row("groups.jsonl", 1, row => row["name"] = "admins").Row("groups.jsonl", 2, row => row["name"] = "admins");

        var result = await _scene.Importer(database).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Warnings.Messages(), Has.One.Contains("reissues them all the same"));
            Assert.That(result.Credentials.Select(credential => credential.WorkerId), Is.EqualTo(new[] { HandMadeArchive.Ann, HandMadeArchive.Bob }));
            Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM worker WHERE credential_hash = '$quick$' || worker_id"), Is.EqualTo(2));
            Assert.That(await database.ScalarAsync<string>("SELECT string_agg(name, ',') FROM (SELECT name FROM worker UNION ALL SELECT name FROM worker_group) AS named"), Is.EqualTo("admin,admins,admins"));
        }
    }

    private void AssertExperiment(JsonObject record, string id, string name, CheckpointManifest manifest)
    {
        var source = JsonNode.Parse(_scene.Experiment.ExperimentJson)!.AsObject();
        source["experiment_id"] = id;
        source["name"] = name;
        source["imported_from"] = new JsonObject
        {
            ["checkpoint_exported_at"] = manifest.ExportedAt,
            ["checkpoint_format_version"] = "1",
            ["source_experiment_id"] = manifest.ExperimentId,
        };
        Assert.That(JsonNode.DeepEquals(record, source), record.ToJsonString() + " is not " + source.ToJsonString());
    }
}
