using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Comparison;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Artifacts on import (spec §7): the bytes go to the receiver's sink, and the rows name them there, or nothing happens.</summary>
[TestFixture]
public class ArtifactImportTests
{
    private const string Receiver = "exp_01hqs3m4n5p6q7r8s9t0v1w2z9";
    private static readonly byte[] s_plan = "the plan"u8.ToArray();
    private static readonly byte[] s_log = "the log"u8.ToArray();
    private ImportScene _scene = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _scene = await ImportScene.CreateAsync(artifacts: new SharedArtifacts());

    [OneTimeTearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [TearDown]
    public void RemoveRepositoryAndSink()
    {
        if (Directory.Exists(_scene.RepositoryPath))
        {
            Directory.Delete(_scene.RepositoryPath, recursive: true);
        }

        if (Directory.Exists(_scene["sink"]))
        {
            Directory.Delete(_scene["sink"], recursive: true);
        }
    }

    [Test]
    public async Task Each_artifact_is_stored_once_however_many_rows_of_whatever_kind_name_it([Values] bool inMemory)
    {
        var store = await ReceiverAsync(inMemory);
        var sink = new RecordingSink(Sink());

        var result = await _scene.Importer(store).ImportAsync(_scene.Open(), _scene.Options() with { ArtifactSink = sink });

        await using var snapshot = await store.OpenSnapshotAsync();
        var kinds = new HashSet<RegistryKind>();
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            var rows = new List<string>();
            foreach (var row in _scene.Experiment[kind])
            {
                var expected = Rewritten(_scene.Expected(kind, row, Receiver), out var count);
                rows.Add(expected);
                _ = count > 0 && kinds.Add(kind);
            }

            Assert.That(await snapshot.ListAsync(kind), Is.EqualTo(rows), kind.ToString());
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(kinds, Is.EquivalentTo(new[] { RegistryKind.Ideas, RegistryKind.Variants, RegistryKind.Submissions }));
            Assert.That(sink.Stored, Is.EquivalentTo(SharedArtifacts.Contents.Select(Hash)));
            Assert.That(result.ArtifactCount, Is.EqualTo(SharedArtifacts.Contents.Length));
            Assert.That(result.ArtifactBytes, Is.EqualTo(SharedArtifacts.Contents.Sum(content => content.Length)));
            Assert.That(result.Warnings.Messages(), Has.None.Contains("artifact"));
            foreach (var content in SharedArtifacts.Contents)
            {
                Assert.That(await BytesAsync(Sink(), $"eden://artifacts/sha256/{Hash(content)}"), Is.EqualTo(content));
            }
        }

        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task The_import_compares_equal_with_every_rewritten_uri_counted_and_its_export_names_the_same_bytes([Values] bool inMemory)
    {
        var store = await ReceiverAsync(inMemory);
        await _scene.Importer(store).ImportAsync(_scene.Open(), _scene.OptionsWithRepository() with { ArtifactSink = Sink() });

        var comparison = await CompareAsync(_scene.Archive, store);

        var uses = comparison.Allowances.ToDictionary(use => use.Name);
        var named = Enum.GetValues<RegistryKind>().SelectMany(kind => _scene.Experiment[kind]).Sum(row =>
        {
            _ = Rewritten(row, out var count);
            return count;
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(comparison.IsEqual, CheckpointComparerTests.Show(comparison));
            Assert.That(named, Is.GreaterThan(2 * SharedArtifacts.Contents.Length));
            Assert.That(uses["artifact-uri"].Count, Is.EqualTo(named));
            Assert.That(uses["artifact-uri"].Samples[0].Left, Does.StartWith("\"checkpoint:sha256:"));
            Assert.That(uses["artifact-uri"].Samples[0].Right, Does.StartWith("\"eden://artifacts/sha256/"));
        }

        using var again = new MemoryStream();
        await new CheckpointExporter(store, new LocalRepoBundleProvider(_scene.RepositoryPath)).ExportAsync(again, new CheckpointExportOptions { ArtifactSource = Sink() });
        var (first, second) = (TarMembers.Read(_scene.Archive), TarMembers.Read(again.ToArray()));
        foreach (var name in first.Keys.Where(name => name.Contains("/artifacts/", StringComparison.Ordinal)))
        {
            Assert.That(second[name], Is.EqualTo(first[name]), name);
        }

        var archives = await new CheckpointComparer().CompareAsync(
            CheckpointComparisonSource.FromArchive(new MemoryStream(_scene.Archive)), CheckpointComparisonSource.FromArchive(new MemoryStream(again.ToArray())));
        Assert.That(archives.IsEqual, CheckpointComparerTests.Show(archives));
        Assert.That(archives.Allowances.Select(use => use.Name), Has.None.EqualTo("artifact-uri"), "an archive names artifacts by their bytes, whoever made it");
        Assert.That(second.Keys, Is.EquivalentTo(first.Keys));
    }

    [Test]
    public async Task Without_a_sink_the_rows_keep_the_archives_uris_and_the_result_says_that_the_bytes_were_not_kept()
    {
        var database = await _scene.ReceiverAsync(Receiver);

        var result = await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options());

        var comparison = await CompareAsync(_scene.Archive, _scene.Store(database));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(comparison.TotalDifferences, Is.Zero, CheckpointComparerTests.Show(comparison));
            Assert.That(comparison.Allowances.Select(use => use.Name), Has.None.EqualTo("artifact-uri"));
            Assert.That(result.Warnings.Messages(), Has.One.Contains("no artifact sink was given").And.One.Contains("Keep the archive"));
            Assert.That(result.ArtifactCount, Is.Zero);
        }

        // What the warning says: the rows name bytes that nobody has, until a source has them.
        var exporter = new CheckpointExporter(_scene.Store(database), Placeholder());
        using var again = new MemoryStream();
        await Assert.ThrowsAsync<CheckpointInvalidException>(() => exporter.ExportAsync(again));
        await Assert.ThrowsAsync<CheckpointInvalidException>(() => exporter.ExportAsync(again, new CheckpointExportOptions { ArtifactSource = new FileSystemArtifactStore(_scene["empty"]) }));
        Assert.That(again.Length, Is.Zero);
        foreach (var content in SharedArtifacts.Contents)
        {
            await Sink().StoreAsync(Hash(content), new MemoryStream(content));
        }

        var exported = await exporter.ExportAsync(again, new CheckpointExportOptions { ArtifactSource = Sink() });
        Assert.That(exported.ArtifactCount, Is.EqualTo(SharedArtifacts.Contents.Length));
        Assert.That((await new CheckpointVerifier().VerifyAsync(new MemoryStream(again.ToArray()))).Violations, Is.Empty);
    }

    [Test]
    public async Task Artifacts_that_no_row_names_are_not_stored_and_others_may_come_before_the_manifest([Values(0, -1)] int manifest)
    {
        var sink = new RecordingSink(Sink());
        var archive = Named().Artifact("nobody's"u8.ToArray()).Move("manifest.json", manifest);

        var result = await _scene.Importer(await _scene.ReceiverAsync(Receiver)).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options() with { ArtifactSink = sink });

        Assert.That(sink.Stored, Is.EquivalentTo(new[] { Hash(s_plan), Hash(s_log) }));
        Assert.That((result.ArtifactCount, result.ArtifactBytes), Is.EqualTo((2L, 15L)));
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task An_archive_that_names_no_artifact_asks_the_sink_for_nothing()
    {
        var sink = new Mock<IArtifactSink>(MockBehavior.Strict);
        var archive = new HandMadeArchive().Set("repo.bundle", "").Artifact(s_plan);

        var result = await _scene.Importer(await _scene.ReceiverAsync(Receiver)).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options() with { ArtifactSink = sink.Object });

        Assert.That(result.ArtifactCount, Is.Zero);
    }

    [TestCase("missing")]
    [TestCase("altered")]
    public async Task Missing_and_altered_bytes_make_the_checkpoint_invalid_before_anything_is_stored(string damage)
    {
        var sink = new Mock<IArtifactSink>(MockBehavior.Strict);
        var database = await _scene.ReceiverAsync(Receiver);
        var before = await ImportTargetTests.DumpAsync(database);
        var archive = Named();
        _ = damage == "missing" ? archive.Remove($"artifacts/sha256/{Hash(s_plan)}") : archive.Artifact("the plot"u8.ToArray(), Hash(s_plan));

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => _scene.Importer(database).ImportAsync(new MemoryStream(archive.ToTar()), _scene.Options() with { ArtifactSink = sink.Object }));

        Assert.That(failure!.Violations.Select(violation => violation.Rule), Has.All.EqualTo(CheckpointRule.Artifact));
        Assert.That(await ImportTargetTests.DumpAsync(database), Is.EqualTo(before));
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task Every_artifact_that_the_sink_refuses_is_named_and_nothing_is_imported()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var before = await ImportTargetTests.DumpAsync(database);
        var sink = new FileSystemArtifactStore(_scene["narrow"], new FileSystemArtifactStoreOptions { MaxArtifactBytes = 4 });

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => _scene.Importer(database).ImportAsync(new MemoryStream(Named().ToTar()), _scene.Options() with { ArtifactSink = sink }));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure!.TotalViolations, Is.EqualTo(2));
            Assert.That(failure.Violations.Select(violation => violation.Member), Is.EquivalentTo(new[] { $"artifacts/sha256/{Hash(s_plan)}", $"artifacts/sha256/{Hash(s_log)}" }));
            Assert.That(failure.Violations.Select(violation => violation.Message), Has.All.Contains("larger than 4 bytes"));
            Assert.That(await ImportTargetTests.DumpAsync(database), Is.EqualTo(before));
        }

        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task A_sink_that_refuses_an_artifact_without_a_violation_fails_the_import_too()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var sink = new Mock<IArtifactSink>();
        sink.Setup(s => s.StoreAsync(It.IsAny<string>(), It.IsAny<Stream>(), It.IsAny<CancellationToken>())).ThrowsAsync(new CheckpointInvalidException([]));

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(
            () => _scene.Importer(database).ImportAsync(new MemoryStream(Named().ToTar()), _scene.Options() with { ArtifactSink = sink.Object }));

        Assert.That(failure!.Violations.Select(violation => violation.Member), Is.EquivalentTo(new[] { $"artifacts/sha256/{Hash(s_plan)}", $"artifacts/sha256/{Hash(s_log)}" }));
        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task A_sink_that_fails_or_is_cancelled_leaves_the_target_as_it_was([Values("disk", "cancel", "no uri", "archive uri")] string fault)
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var before = await ImportTargetTests.DumpAsync(database);
        using var cancellation = new CancellationTokenSource();
        var stored = 0;
        var sink = new Mock<IArtifactSink>();
        sink.Setup(s => s.StoreAsync(It.IsAny<string>(), It.IsAny<Stream>(), It.IsAny<CancellationToken>())).Returns<string, Stream, CancellationToken>((hash, _, token) =>
        {
            if (++stored == 3)
            {
                switch (fault)
                {
                    case "disk":
                        throw new IOException("No space left on device");
                    case "cancel":
                        cancellation.Cancel();
                        token.ThrowIfCancellationRequested();
                        break;
                    default:
                        return Task.FromResult(fault == "no uri" ? "no uri" : $"checkpoint:sha256:{hash}");
                }
            }

            return Task.FromResult($"s3://bucket/{hash}");
        });

        var failure = await Assert.CatchAsync(
            () => _scene.Importer(database).ImportAsync(_scene.Open(), _scene.OptionsWithRepository() with { ArtifactSink = sink.Object }, cancellation.Token));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failure, fault switch
            {
                "disk" => Is.InstanceOf<IOException>(),
                "cancel" => Is.InstanceOf<OperationCanceledException>(),
                _ => Is.TypeOf<InvalidOperationException>().With.Message.Contains("no URI of its own"),
            });
            Assert.That(await ImportTargetTests.DumpAsync(database), Is.EqualTo(before));
            Assert.That(Directory.Exists(_scene.RepositoryPath), Is.False);
        }

        _scene.AssertNothingTemporary();
    }

    [Test]
    public async Task A_target_that_is_taken_costs_no_byte_of_the_sink()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        await _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options());
        var sink = new Mock<IArtifactSink>(MockBehavior.Strict);

        Assert.That(
            () => _scene.Importer(database).ImportAsync(_scene.Open(), _scene.Options() with { ArtifactSink = sink.Object }),
            Throws.TypeOf<ExperimentIdConflictException>().With.Message.Contains("same archive"));
    }

    [Test]
    public async Task What_a_failed_import_left_in_the_sink_harms_nobody_and_the_next_import_gives_the_same_uris()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var before = await ImportTargetTests.DumpAsync(database);
        var failing = new StagedStore(_scene.Store(database), (reached, _) => reached == "Commit" ? throw new IOException("struck") : Task.CompletedTask);
        var options = _scene.Options() with { ArtifactSink = Sink() };

        await Assert.ThrowsAsync<IOException>(() => _scene.Importer(failing).ImportAsync(_scene.Open(), options));
        Assert.That(await ImportTargetTests.DumpAsync(database), Is.EqualTo(before));
        var left = Files();
        var result = await _scene.Importer(database).ImportAsync(_scene.Open(), options);

        Assert.That(result.ArtifactCount, Is.EqualTo(left.Length));
        Assert.That(Files(), Is.EqualTo(left));

        string[] Files() => [.. Directory.GetFiles(_scene["sink"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    [Test]
    public async Task An_import_that_is_tried_again_stores_nothing_again()
    {
        var database = await _scene.ReceiverAsync(Receiver);
        var attempts = 0;
        var contended = new StagedStore(_scene.Store(database), (reached, _) => reached == "Events" && ++attempts < 3 ? throw new StoreContentionException("Another one won.") : Task.CompletedTask);
        var sink = new RecordingSink(Sink());

        await _scene.Importer(contended).ImportAsync(_scene.Open(), _scene.Options() with { ArtifactSink = sink });

        Assert.That(attempts, Is.EqualTo(3));
        Assert.That(sink.Stored, Has.Count.EqualTo(SharedArtifacts.Contents.Length));
        var comparison = await CompareAsync(_scene.Archive, _scene.Store(database));
        Assert.That(comparison.TotalDifferences, Is.Zero, CheckpointComparerTests.Show(comparison));
    }

    [Test]
    public async Task Uris_of_the_receiver_may_make_lines_longer_than_the_limit_on_the_archives()
    {
        var archive = Named().Row("ideas.jsonl", 1, row => row["x_note"] = new string('n', 3000));
        var longest = Encoding.UTF8.GetByteCount(archive.Text("ideas.jsonl")) - 1;
        var sink = new Mock<IArtifactSink>();
        sink.Setup(s => s.StoreAsync(It.IsAny<string>(), It.IsAny<Stream>(), It.IsAny<CancellationToken>())).ReturnsAsync((string hash, Stream _, CancellationToken _) => $"s3://bucket/{new string('d', 1000)}/{hash}");
        var store = await ReceiverAsync(inMemory: true);

        await _scene.Importer(store).ImportAsync(
            new MemoryStream(archive.ToTar()), _scene.Options() with { ArtifactSink = sink.Object, Limits = new CheckpointLimits { MaxLineBytes = longest } });

        await using var snapshot = await store.OpenSnapshotAsync();
        var row = (await snapshot.ListAsync(RegistryKind.Ideas)).Single();
        Assert.That(Encoding.UTF8.GetByteCount(row), Is.GreaterThan(longest));
        Assert.That(JsonNode.Parse(row)!["artifacts_uri"]!.GetValue<string>(), Does.StartWith("s3://bucket/").And.EndsWith(Hash(s_plan)));
    }

    [Test, NonParallelizable]
    public async Task Memory_does_not_grow_with_the_size_of_an_artifact()
    {
        const int Length = 64 << 20;
        var hash = await HashOfZerosAsync(Length);
        var head = new HandMadeArchive().Set("repo.bundle", "").Row("ideas.jsonl", 1, row => row["artifacts_uri"] = $"checkpoint:sha256:{hash}")
            .ToRawTar().Member($"checkpoint/artifacts/sha256/{hash}", size: RawTar.Octal(Length, 11)).ToArray();
        var store = await ReceiverAsync(inMemory: true);
        var pipe = new Pipe();

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var sending = SendAsync(pipe.Writer, head, Length);
        var result = await _scene.Importer(store).ImportAsync(pipe.Reader.AsStream(), _scene.Options() with { ArtifactSink = Sink() });
        await sending;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        TestContext.Out.WriteLine($"{allocated} bytes allocated for an artifact of {Length}");
        Assert.That(result.ArtifactBytes, Is.EqualTo(Length));
        Assert.That(allocated, Is.LessThan(Length / 4));
    }

    private static async Task SendAsync(PipeWriter archive, byte[] head, int zeros)
    {
        await archive.WriteAsync(head);

        // The artifact and the archive's end mark are both zeros.
        await using var rest = new SimulatedContent(zeros + 1024);
        await rest.CopyToAsync(archive);
        await archive.CompleteAsync();
    }

    /// <summary>An archive of two artifacts: the plan, named by an idea and a variant, and the executor's log.</summary>
    private static HandMadeArchive Named() => new HandMadeArchive().Set("repo.bundle", "").Artifact(s_plan).Artifact(s_log)
        .Row("ideas.jsonl", 1, row => row["artifacts_uri"] = $"checkpoint:sha256:{Hash(s_plan)}")
        .Row("variants.jsonl", 2, row =>
        {
            row["artifacts_uri"] = $"checkpoint:sha256:{Hash(s_plan)}";
            row["executor_artifacts_uri"] = $"checkpoint:sha256:{Hash(s_log)}";
        });

    /// <summary>Gives a row as it must be when every URI that was served became the sink's, worked out on the text.</summary>
    private static string Rewritten(string row, out int count)
    {
        count = 0;
        foreach (var field in (string[])["\"artifacts_uri\":\"", "\"executor_artifacts_uri\":\""])
        {
            var start = row.IndexOf(field, StringComparison.Ordinal) + field.Length;
            if (start >= field.Length && SharedArtifacts.Find(row[start..row.IndexOf('"', start)]) is { } content)
            {
                row = $"{row[..start]}eden://artifacts/sha256/{Hash(content)}{row[row.IndexOf('"', start)..]}";
                count++;
            }
        }

        return row;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static async Task<string> HashOfZerosAsync(long length)
    {
        await using var zeros = new SimulatedContent(length);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(zeros));
    }

    private static async Task<byte[]> BytesAsync(FileSystemArtifactStore source, string uri)
    {
        await using var stream = (await source.OpenAsync(uri))!;
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static IRepoBundleProvider Placeholder()
    {
        var provider = new Mock<IRepoBundleProvider>();
        provider.Setup(p => p.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(() => RepoBundle.Empty);
        return provider.Object;
    }

    private static Task<CheckpointComparison> CompareAsync(byte[] archive, ICheckpointStore store)
        => new CheckpointComparer().CompareAsync(
            CheckpointComparisonSource.FromArchive(new MemoryStream(archive)),
            CheckpointComparisonSource.FromStore(store),
            new CheckpointComparisonOptions { RightImportedFromLeft = true });

    private FileSystemArtifactStore Sink() => new(_scene["sink"]);

    private async Task<ICheckpointImportStore> ReceiverAsync(bool inMemory)
        => inMemory
            ? new InMemoryCheckpointStore($$"""{"experiment_id":"{{Receiver}}","state":"running","created_at":"2026-01-01T00:00:00Z"}""")
            : _scene.Store(await _scene.ReceiverAsync(Receiver));

    /// <summary>Serves the synthetic rows' URIs, many of them by the same few contents, and leaves those of others alone.</summary>
    private sealed class SharedArtifacts : IArtifactSource
    {
        public static readonly byte[][] Contents = [.. Enumerable.Range(0, 5).Select(number => Encoding.UTF8.GetBytes(new string((char)('a' + number), 10 + (number * 40_000))))];

        public static byte[]? Find(string uri)
            => uri.StartsWith("eden://artifacts/", StringComparison.Ordinal) ? Contents[uri.Sum(letter => letter) % Contents.Length] : null;

        public Task<Stream?> OpenAsync(string uri, CancellationToken cancellationToken = default)
            => Task.FromResult<Stream?>(Find(uri) is { } content ? new MemoryStream(content) : null);
    }

    private sealed class RecordingSink(IArtifactSink inner) : IArtifactSink
    {
        public List<string> Stored { get; } = [];

        public Task<string> StoreAsync(string sha256, Stream content, CancellationToken cancellationToken = default)
        {
            Stored.Add(sha256);
            return inner.StoreAsync(sha256, content, cancellationToken);
        }
    }
}
