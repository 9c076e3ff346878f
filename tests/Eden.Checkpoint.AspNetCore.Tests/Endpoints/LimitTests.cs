using System.Net;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Eden.Checkpoint.Tests.Kit;
using Moq;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>What one server takes on at once, and what it makes of bodies that are malformed.</summary>
[TestFixture]
public class LimitTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Native = $$"""{"experiment_id":"{{Id}}","state":"running","created_at":"2026-05-01T00:00:00Z"}""";

    private readonly byte[] _archive = new HandMadeArchive().Set("repo.bundle", "").ToTar();

    [TestCase("zz\r\n")]
    [TestCase("-5\r\nhello\r\n")]
    [TestCase("5;\u0001\r\nhelloworld\r\n")]
    [TestCase("FFFFFFFFFFFFFFFFFFFF\r\n")]
    [TestCase("80000000\r\n")]
    [TestCase("7FFFFFFFFFFFFFFF\r\n")]
    [TestCase("5\nhello\n")]
    [TestCase("0\r\nno colon\r\n\r\n")]
    [TestCase("5\r\nhello, this is longer\r\n")]
    public async Task A_malformed_chunk_is_a_bad_request_wherever_it_comes(string malformed)
    {
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(new CheckpointExperiment(new InMemoryCheckpointStore(Native))));
        foreach (var before in new[] { 0, 700, 2048, _archive.Length })
        {
            using var client = await RawClient.ConnectAsync(server.Address);
            await client.SendHeadAsync("POST", "/v0/checkpoints/import", "Transfer-Encoding: chunked");
            if (before > 0)
            {
                await client.Stream.WriteAsync(Encoding.ASCII.GetBytes($"{before:x}\r\n"));
                await client.Stream.WriteAsync(_archive.AsMemory(0, before));
                await client.Stream.WriteAsync("\r\n"u8.ToArray());
            }

            await client.Stream.WriteAsync(Encoding.ASCII.GetBytes(malformed));

            var (head, body) = await client.ReadAnswerAsync();
            Assert.That(head, Does.StartWith("HTTP/1.1 400 ").And.Contain("application/problem+json; charset=utf-8"), $"after {before} bytes");
            using var problem = JsonDocument.Parse(body);
            Assert.That(problem.RootElement.GetProperty("type").GetString(), Is.EqualTo("eden://error/bad-request"), $"after {before} bytes: {body}");
            Assert.That(problem.RootElement.GetProperty("instance").GetString(), Is.EqualTo("/v0/checkpoints/import"));
        }
    }

    [Test]
    public async Task One_import_more_than_may_run_is_told_to_come_again_before_its_upload_is_read()
    {
        using var held = new HeldImporter();
        await using var server = await StartAsync(options => options.MaxConcurrentImports = 2, held);
        var running = new[] { server.ImportAsync(_archive), server.ImportAsync(_archive) };
        await held.ReachedAsync(2);
        var read = server.BodyReads;

        using var client = await RawClient.ConnectAsync(server.Address);
        await client.SendHeadAsync("POST", "/v0/checkpoints/import", "Content-Length: 1000000", "Expect: 100-continue");
        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 503 ").And.Contain("Retry-After: 30\r\n").And.Contain("application/problem+json"));
        Assert.That(server.BodyReads, Is.EqualTo(read));
        using var record = await server.ReadAsync(Id);
        Assert.That(record.StatusCode, Is.EqualTo(HttpStatusCode.OK), "everything else goes on");

        held.Release();
        foreach (var answer in await Task.WhenAll(running))
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created));
            answer.Dispose();
        }

        using var later = await server.ImportAsync(_archive);
        Assert.That(later.StatusCode, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Uploads_share_the_room_there_is_for_them(
        [Values("Content-Length", "chunked")] string first, [Values("Content-Length", "chunked")] string second)
    {
        using var held = new HeldImporter();
        await using var server = await StartAsync(options => options.MaxSpooledUploadBytes = 100_000, held);

        using var running = Upload(60_000, first);
        var answer = server.ImportAsync(running);
        await held.ReachedAsync(1);
        using var tooMuch = Upload(60_000, second);
        using var busy = await server.ImportAsync(tooMuch);
        var problem = await Problem.ReadAsync(busy, HttpStatusCode.ServiceUnavailable, "eden://reference-error/server-busy");
        Assert.That(busy.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(problem.Detail, Does.Contain("uploads under way"));
        if (second == "Content-Length")
        {
            // Only a declared length tells while others take room that the upload could never have had enough.
            await RefusesAsync(100_001);
        }

        held.Release();
        using var done = await answer;
        Assert.That(done.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        using var again = Upload(100_000, second);
        using var fits = await server.ImportAsync(again);
        Assert.That(fits.StatusCode, Is.EqualTo(HttpStatusCode.Created), "what ended, however, takes no room");
        await RefusesAsync(100_001);

        async Task RefusesAsync(int length)
        {
            using var tooLong = Upload(length, second);
            using var refused = await server.ImportAsync(tooLong);
            var problem = await Problem.ReadAsync(refused, HttpStatusCode.RequestEntityTooLarge, "eden://reference-error/upload-too-large");
            Assert.That(refused.Headers.RetryAfter, Is.Null, "trying again cannot help");
            Assert.That(problem.Detail, Does.Contain("100000 bytes"));
        }
    }

    [Test]
    public async Task One_export_more_than_may_run_is_told_to_come_again()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var bundles = new Mock<IRepoBundleProvider>();
        bundles.Setup(b => b.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>())).Returns(async () =>
        {
            reached.TrySetResult();
            await gate.Task;
            return RepoBundle.Empty;
        });
        await using var server = await TestServer.StartAsync(options =>
        {
            options.MaxConcurrentExports = 1;
            options.RetryAfter = TimeSpan.FromSeconds(7);
            options.Experiments.Add(new CheckpointExperiment(new InMemoryCheckpointStore(Native)) { Bundles = bundles.Object });
        });

        var running = server.ExportAsync(Id);
        await reached.Task;
        using var refused = await server.ExportAsync(Id);
        await Problem.ReadAsync(refused, HttpStatusCode.ServiceUnavailable, "eden://reference-error/server-busy");
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(7)));
        gate.SetResult();

        using (var answer = await running)
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.Not.Empty);
        }

        await server.Log.WaitForAsync(4000);
        Assert.That(await server.ExportedAsync(Id), Is.Not.Empty);
    }

    private static HttpContent Upload(int length, string form)
        => form == "chunked" ? new StreamContent(new UnknownLength(new byte[length])) : new ByteArrayContent(new byte[length]);

    private static Task<TestServer> StartAsync(Action<EdenCheckpointOptions> configure, HeldImporter importer) => TestServer.StartAsync(options =>
    {
        configure(options);
        options.Experiments.Add(new CheckpointExperiment(new InMemoryCheckpointStore(Native)) { Importer = importer });
    });

    /// <summary>Reads each upload to its end and then waits to be let go.</summary>
    private sealed class HeldImporter : ICheckpointImporter, IDisposable
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _reached = new(0);

        public async Task<CheckpointImportResult> ImportAsync(Stream archive, CheckpointImportOptions? options = null, CancellationToken cancellationToken = default)
        {
            await archive.CopyToAsync(Stream.Null, cancellationToken);
            _reached.Release();
            await _gate.Task.WaitAsync(cancellationToken);
            return new CheckpointImportResult { ExperimentId = Id, Manifest = null!, RowCounts = null! };
        }

        public Task<PriorImport?> FindPriorImportAsync(CheckpointManifest manifest, CancellationToken cancellationToken = default)
            => Task.FromResult<PriorImport?>(null);

        public async Task ReachedAsync(int imports)
        {
            for (var import = 0; import < imports; import++)
            {
                await _reached.WaitAsync(TimeSpan.FromMinutes(1));
            }
        }

        public void Release() => _gate.TrySetResult();

        public void Dispose() => _reached.Dispose();
    }

    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
