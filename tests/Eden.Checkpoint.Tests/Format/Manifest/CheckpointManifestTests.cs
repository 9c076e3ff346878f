using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Format.Manifest;

[TestFixture]
public class CheckpointManifestTests
{
    private const string Expected = """
        {
          "checkpoint_format_version": "1",
          "spec_version": "v0",
          "experiment_id": "exp_01hqs3m4n5p6q7r8s9t0v1w2x3",
          "exported_at": "2026-11-23T10:44:07.921456Z",
          "exporter": {
            "implementation": "Eden.Checkpoint/0.1 <é>",
            "atomicity_mechanism": "transactional_snapshot"
          },
          "requires_credential_reissue": true,
          "counts": {
            "tasks": 1,
            "ideas": 2,
            "variants": 3,
            "submissions": 4,
            "events": 5,
            "workers": 6,
            "groups": 7
          },
          "files": {
            "experiment_config": "experiment-config.yaml",
            "experiment": "experiment.json",
            "tasks": "tasks.jsonl",
            "ideas": "ideas.jsonl",
            "variants": "variants.jsonl",
            "submissions": "submissions.jsonl",
            "events": "events.jsonl",
            "workers": "workers.jsonl",
            "groups": "groups.jsonl",
            "repo_bundle": "repo.bundle",
            "artifacts_dir": "artifacts/sha256"
          }
        }
        """;

    private static readonly DateTimeOffset s_instant = new DateTimeOffset(2026, 11, 23, 11, 44, 7, TimeSpan.FromHours(1)).AddTicks(9_214_569);

    [Test]
    public void A_manifest_is_written_to_the_byte()
    {
        var manifest = new CheckpointManifest
        {
            ExperimentId = HandMadeArchive.Experiment,
            ExportedAt = CheckpointManifest.FormatTimestamp(s_instant),
            Exporter = new CheckpointManifestExporter { Implementation = "Eden.Checkpoint/0.1 <é>", AtomicityMechanism = CheckpointManifestExporter.TransactionalSnapshot },
            Counts = new CheckpointManifestCounts { Tasks = 1, Ideas = 2, Variants = 3, Submissions = 4, Events = 5, Workers = 6, Groups = 7 },
        };

        Assert.That(Encoding.UTF8.GetString(manifest.ToUtf8Json()), Is.EqualTo(Expected.ReplaceLineEndings("\n")));
        Assert.That(CheckpointManifest.Parse(manifest.ToUtf8Json()), Is.EqualTo(manifest));
    }

    [Test]
    public void Unknown_keys_survive_as_they_were_written()
    {
        var source = new HandMadeArchive().Manifest;
        source["future"] = JsonNode.Parse("""{"a":[1e999,null,"\u00e9"],"b":-0.0}""");
        source["exporter"]!["host"] = "h";
        source["counts"]!["batches"] = 3;
        source["files"]!["notes"] = "../not/ours";
        source["exported_at"] = "2026-11-23T10:44:07.1234567890123Z";

        var manifest = CheckpointManifest.Parse(Utf8(source));
        var written = manifest.ToUtf8Json();

        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(written), source), Is.True, Encoding.UTF8.GetString(written));
        Assert.That(Encoding.UTF8.GetString(written), Does.Contain("1e999").And.Contain("-0.0"));
        Assert.That(CheckpointManifest.Parse(written), Is.EqualTo(manifest));
        Assert.That(manifest with { ExportedAt = HandMadeArchive.Time }, Is.Not.EqualTo(manifest));
        Assert.That(Encoding.UTF8.GetString((manifest with { ExportedAt = HandMadeArchive.Time }).ToUtf8Json()), Does.Contain("future").And.Contain("batches"));
    }

    [Test]
    public void An_exporter_is_optional_and_counts_may_be_written_as_any_integer()
    {
        var source = new HandMadeArchive().Manifest;
        source.Remove("exporter");
        source["counts"]!["tasks"] = JsonNode.Parse("11.0");
        source["counts"]!["ideas"] = JsonNode.Parse("1e2");

        var manifest = CheckpointManifest.Parse(Utf8(source));

        Assert.That(manifest.Exporter, Is.Null);
        Assert.That((manifest.Counts.Tasks, manifest.Counts.Ideas), Is.EqualTo((11L, 100L)));
        Assert.That(Encoding.UTF8.GetString(manifest.ToUtf8Json()), Does.Not.Contain("exporter"));
    }

    [TestCase("checkpoint_format_version", "\"2\"")]
    [TestCase("checkpoint_format_version", "\" 1\"")]
    [TestCase("checkpoint_format_version", "\"1.0\"")]
    public void Another_format_version_comes_before_everything_else(string key, string value)
    {
        var source = Utf8Text($$"""{"{{key}}":{{value}},"spec_version":"v9","files":7}""");

        Assert.That(() => CheckpointManifest.Parse(source), Throws.InstanceOf<UnsupportedCheckpointVersionException>());
    }

    [Test]
    public void Another_spec_version_comes_before_the_rest()
        => Assert.That(
            () => CheckpointManifest.Parse(Utf8Text("""{"spec_version":"v1","checkpoint_format_version":"1","files":7}""")),
            Throws.InstanceOf<SpecVersionMismatchException>());

    [TestCase("{\"a\":1,\"a\":2,\"checkpoint_format_version\":\"2\"}", typeof(UnsupportedCheckpointVersionException))]
    [TestCase("{\"checkpoint_format_v\\u0065rsion\":\"\\u0032\",\"files\":{\"\\ud800\":[\"\\udc00\"]}}", typeof(UnsupportedCheckpointVersionException))]
    [TestCase("{\"checkpoint_format_version\":\"1\",\"files\":{\"a\":1,\"\\u0061\":2},\"spec_version\":\"v1\"}", typeof(SpecVersionMismatchException))]
    [TestCase("{\"checkpoint_format_version\":\"2\",\"checkpoint_format_version\":\"1\",\"spec_version\":\"v1\"}", typeof(CheckpointInvalidException))]
    [TestCase("{\"checkpoint_format_version\":\"\\ud800\",\"spec_version\":\"v1\"}", typeof(CheckpointInvalidException))]
    [TestCase("{\"checkpoint_format_version\":\"1\",\"spec_version\":\"v1\",\"spec_version\":\"v0\"}", typeof(CheckpointInvalidException))]
    [TestCase("{\"checkpoint_format_version\":\"1\",\"spec_version\":\"v0\",\"a\":{\"b\":1,\"b\":2}}", typeof(CheckpointInvalidException))]
    [TestCase("{\"checkpoint_format_version\":\"2\",}", typeof(CheckpointInvalidException))]
    [TestCase("[{\"checkpoint_format_version\":\"2\"}]", typeof(CheckpointInvalidException))]
    [TestCase("{\"files\":{\"checkpoint_format_version\":\"2\"}}", typeof(CheckpointInvalidException))]
    public void Another_version_comes_before_faults_of_names_and_strings_elsewhere(string json, Type problem)
        => Assert.That(() => CheckpointManifest.Parse(Utf8Text(json)), Throws.InstanceOf(problem));

    [TestCase("1", "\"v0\"")]
    [TestCase("\"\"", "\"v0\"")]
    [TestCase("null", "\"v9\"")]
    [TestCase("[\"2\"]", "\"v9\"")]
    [TestCase("\"1\"", "0")]
    [TestCase("\"1\"", "\"\"")]
    [TestCase("\"1\"", "null")]
    public void A_version_that_is_none_makes_the_manifest_invalid(string format, string spec)
        => Assert.That(
            () => CheckpointManifest.Parse(Utf8Text($$"""{"checkpoint_format_version":{{format}},"spec_version":{{spec}}}""")),
            Throws.InstanceOf<CheckpointInvalidException>().With.Property("TotalViolations").GreaterThan(1));

    [Test]
    public async Task Every_violation_is_listed_with_its_field()
    {
        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => Task.FromResult(CheckpointManifest.Parse("{}"u8)));

        Assert.That(failure?.Violations.Select(violation => violation.Field), Is.EqualTo(new[]
        {
            "checkpoint_format_version", "spec_version", "experiment_id", "exported_at", "requires_credential_reissue", "counts", "files",
        }));
        Assert.That(failure?.Violations, Is.All.Property("Member").EqualTo("manifest.json"));
    }

    [TestCase("experiment_id", "\"exp_01HQS3M4N5P6Q7R8S9T0V1W2X3\"", "experiment_id")]
    [TestCase("experiment_id", "\"wkr_01hqs3m4n5p6q7r8s9t0v1w2x3\"", "experiment_id")]
    [TestCase("experiment_id", "\"exp_01hqs3m4n5p6q7r8s9t0v1w2xi\"", "experiment_id")]
    [TestCase("experiment_id", "7", "experiment_id")]
    [TestCase("exported_at", "\"2026-11-23T10:44:07\"", "exported_at")]
    [TestCase("exported_at", "\"2026-11-23T10:44:07.Z\"", "exported_at")]
    [TestCase("exported_at", "\"2026-11-31T10:44:07Z\"", "exported_at")]
    [TestCase("exported_at", "\"2026-11-23T10:44:60Z\"", "exported_at")]
    [TestCase("exported_at", "\"2026-11-23T10:44:07+00:00\"", "exported_at")]
    [TestCase("exported_at", "null", "exported_at")]
    [TestCase("exporter", "\"me\"", "exporter")]
    [TestCase("exporter", "{\"implementation\":1}", "exporter.implementation")]
    [TestCase("requires_credential_reissue", "\"true\"", "requires_credential_reissue")]
    [TestCase("requires_credential_reissue", "null", "requires_credential_reissue")]
    [TestCase("counts", "[]", "counts")]
    [TestCase("counts.tasks", "-1", "counts.tasks")]
    [TestCase("counts.groups", "1.5", "counts.groups")]
    [TestCase("counts.tasks", "-99999999999999999999", "counts.tasks")]
    [TestCase("counts.tasks", "99999999999999999999.5", "counts.tasks")]
    [TestCase("counts.tasks", "1e-99999999999", "counts.tasks")]
    [TestCase("counts.events", "\"1\"", "counts.events")]
    [TestCase("counts.events", "null", "counts.events")]
    [TestCase("files", "\"tasks.jsonl\"", "files")]
    [TestCase("files.tasks", "\"\"", "files.tasks")]
    [TestCase("files.tasks", "1", "files.tasks")]
    [TestCase("files.tasks", "\"/etc/passwd\"", "files.tasks")]
    [TestCase("files.tasks", "\"../tasks.jsonl\"", "files.tasks")]
    [TestCase("files.tasks", "\"a/../tasks.jsonl\"", "files.tasks")]
    [TestCase("files.tasks", "\"./tasks.jsonl\"", "files.tasks")]
    [TestCase("files.tasks", "\"a//tasks.jsonl\"", "files.tasks")]
    [TestCase("files.tasks", "\"a/\"", "files.tasks")]
    [TestCase("files.tasks", "\"a\\\\b\"", "files.tasks")]
    [TestCase("files.tasks", "\"a\\u0000b\"", "files.tasks")]
    [TestCase("files.groups", "\"tasks.jsonl\"", "files.groups")]
    [TestCase("files.artifacts_dir", "\"tasks.jsonl\"", "files.artifacts_dir")]
    [TestCase("files.tasks", "\"manifest.json\"", "files.tasks")]
    [TestCase("files.tasks", "\"manifest.json/t\"", "files.tasks")]
    [TestCase("files.tasks", "\"ideas.jsonl/t\"", "files.tasks")]
    [TestCase("files.groups", "\"tasks.jsonl/deep/er\"", "files.groups")]
    [TestCase("files.tasks", "\"artifacts/sha256\"", "files.artifacts_dir")]
    [TestCase("files.tasks", "\"artifacts\"", "files.artifacts_dir")]
    [TestCase("files.artifacts_dir", "\"manifest.json\"", "files.artifacts_dir")]
    [TestCase("files.artifacts_dir", "\"repo.bundle/sha256\"", "files.artifacts_dir")]
    public void A_wrong_value_is_named_and_alone(string path, string value, string field)
    {
        var source = new HandMadeArchive().Manifest;
        var keys = path.Split('.');
        (keys.Length == 1 ? source : source[keys[0]]!.AsObject())[keys[^1]] = JsonNode.Parse(value);

        var failure = Assert.Catch<CheckpointInvalidException>(() => CheckpointManifest.Parse(Utf8(source)));

        Assert.That(failure?.Violations, Has.Count.EqualTo(1));
        Assert.That(failure?.Violations[0].Field, Is.EqualTo(field));
    }

    [Test]
    public void Paths_that_only_look_like_one_below_the_other_are_taken()
    {
        var source = new HandMadeArchive().Manifest;
        source["files"]!["tasks"] = "ideas.jsonl.d/tasks";
        source["files"]!["events"] = "ideas.jsonl.d/events/events";
        source["files"]!["groups"] = "artifacts/sha256/groups.jsonl";
        source["files"]!["notes"] = "tasks.jsonl/notes";
        source["files"]!["more"] = "ideas.jsonl";

        Assert.That(() => CheckpointManifest.Parse(Utf8(source)), Throws.Nothing, "what the format does not know is no path of the layout");
    }

    [TestCase("null")]
    [TestCase("{\"implementation\":null,\"atomicity_mechanism\":null}")]
    public void What_the_exporter_does_not_say_may_be_null(string exporter)
    {
        var source = new HandMadeArchive().Manifest;
        source["exporter"] = JsonNode.Parse(exporter);

        var manifest = CheckpointManifest.Parse(Utf8(source));

        Assert.That((manifest.Exporter?.Implementation, manifest.Exporter?.AtomicityMechanism), Is.EqualTo(((string?)null, (string?)null)));
    }

    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("9223372036854775808", long.MaxValue)]
    [TestCase("99999999999999999999999999999999999999", long.MaxValue)]
    [TestCase("1e400", long.MaxValue)]
    [TestCase("1.5e99999999999", long.MaxValue)]
    [TestCase("12345678901234567890123.0", long.MaxValue)]
    [TestCase("1200000000000000000000e-20", 12)]
    [TestCase("-0", 0)]
    [TestCase("0e99999999999", 0)]
    public void A_count_may_have_any_size(string count, long read)
    {
        var source = new HandMadeArchive().Manifest;
        source["counts"]!["events"] = JsonNode.Parse(count);

        Assert.That(CheckpointManifest.Parse(Utf8(source)).Counts.Events, Is.EqualTo(read));
    }

    [Test]
    public void Every_key_of_counts_and_files_is_needed()
    {
        foreach (var (owner, key) in new[] { ("counts", "tasks"), ("counts", "groups"), ("files", "experiment_config"), ("files", "repo_bundle"), ("files", "artifacts_dir") })
        {
            var source = new HandMadeArchive().Manifest;
            source[owner]!.AsObject().Remove(key);

            Assert.That(
                () => CheckpointManifest.Parse(Utf8(source)),
                Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains($"{owner}.{key}: is missing"));
        }
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("\"x\"")]
    [TestCase("{\"a\":1,\"a\":2}")]
    [TestCase("{\"a\":{\"b\":1,\"\\u0062\":2}}")]
    [TestCase("{\"a\":\"\\ud800\"}")]
    [TestCase("{\"a\":1,}")]
    [TestCase("{\"a\":1} {}")]
    [TestCase("{\"a\":/* */1}")]
    [TestCase("\uFEFF{}")]
    public void What_is_no_plain_json_object_is_refused(string json)
        => Assert.That(() => CheckpointManifest.Parse(Utf8Text(json)), Throws.InstanceOf<CheckpointInvalidException>().With.Property("TotalViolations").EqualTo(1));

    [Test]
    public void Invalid_utf8_and_deep_nesting_are_refused()
    {
        Assert.That(() => CheckpointManifest.Parse([.. "{\"a\":\""u8, 0xc3, .. "\"}"u8]), Throws.InstanceOf<CheckpointInvalidException>());
        Assert.That(
            () => CheckpointManifest.Parse(Utf8Text("{\"a\":" + new string('[', 200) + new string(']', 200) + "}")),
            Throws.InstanceOf<CheckpointInvalidException>());
    }

    [Test]
    public void Size_and_paths_are_limited()
    {
        var source = new HandMadeArchive().Manifest;
        source["files"]!["tasks"] = new string('t', 65);
        Assert.That(() => CheckpointManifest.Parse(Utf8(source)), Throws.Nothing);
        Assert.That(
            () => CheckpointManifest.Parse(Utf8(source), CheckpointLimits.Default with { MaxPathBytes = 64 }),
            Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("longer than 64 bytes"));
        source["filler"] = new string('x', 1024);
        Assert.That(
            () => CheckpointManifest.Parse(Utf8(source), CheckpointLimits.Default with { MaxManifestBytes = 1024 }),
            Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("the limit is 1024"));
    }

    [Test]
    public void An_invalid_instance_cannot_be_made()
    {
        var manifest = CheckpointManifest.Parse(Utf8(new HandMadeArchive().Manifest));
        Assert.Multiple(() =>
        {
            Assert.That(() => manifest with { ExperimentId = "exp_1" }, Throws.ArgumentException);
            Assert.That(() => manifest with { ExportedAt = "yesterday" }, Throws.ArgumentException);
            Assert.That(() => manifest.Counts with { Tasks = -1 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => manifest.Files with { Tasks = "../x" }, Throws.ArgumentException);
            Assert.That(() => manifest.Counts[(RegistryKind)9], Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Any_bytes_give_a_manifest_or_an_exception_of_ours([Values(1, 2, 3)] int seed)
    {
        var valid = Utf8(new HandMadeArchive().Manifest);
        var random = new Random(seed);
        TestContext.Out.WriteLine($"seed {seed}");
        for (var round = 0; round < 5000; round++)
        {
            var bytes = Mutation.Of(valid, random);
            try
            {
                var manifest = CheckpointManifest.Parse(bytes);
                Assert.That(CheckpointManifest.Parse(manifest.ToUtf8Json()), Is.EqualTo(manifest));
            }
            catch (CheckpointException)
            {
            }
        }
    }

    private static byte[] Utf8(JsonNode json) => Utf8Text(json.ToJsonString());

    private static byte[] Utf8Text(string text) => Encoding.UTF8.GetBytes(text);
}
