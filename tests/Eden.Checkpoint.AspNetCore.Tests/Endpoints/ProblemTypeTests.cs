using System.Net;
using System.Net.Sockets;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Moq;
using Npgsql;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>Whatever the parts behind the routes throw, the answer is a problem with a type of its own that tells nothing of the server's.</summary>
[TestFixture]
public class ProblemTypeTests
{
    private const string Id = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    private const string Internal = "eden://reference-error/internal";

    private static IEnumerable<TestCaseData> Failures()
    {
        static TestCaseData Case(string name, Exception failure, int status, string type, bool retryable = false)
            => new TestCaseData(failure, status, type, retryable).SetName($"A_failure_has_a_type: {name}");

        yield return Case("the store cannot be reached", new NpgsqlException("of s3cret", new SocketException((int)SocketError.ConnectionRefused)), 503, "eden://reference-error/store-unavailable", true);
        yield return Case("the store is slow", new NpgsqlException("of s3cret", new TimeoutException()), 503, "eden://reference-error/store-unavailable", true);
        yield return Case("the store shuts down", new PostgresException("of s3cret", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown), 503, "eden://reference-error/store-unavailable", true);
        yield return Case("the store has no connection left", new PostgresException("of s3cret", "FATAL", "FATAL", PostgresErrorCodes.TooManyConnections), 503, "eden://reference-error/store-unavailable", true);
        yield return Case("the store refuses", new PostgresException("of s3cret", "ERROR", "ERROR", PostgresErrorCodes.InsufficientPrivilege), 500, Internal);
        yield return Case("the schema is another one", new PostgresSchemaVersionException(12), 500, Internal);
        yield return Case("a setting keeps the store out", new PostgresSettingException("server_encoding", "LATIN1", "The database's encoding is LATIN1."), 500, Internal);
        yield return Case("the disk is full", new IOException("of s3cret", new IOException("No space left on device", 28)), 503, "eden://reference-error/disk-full", true);
        yield return Case("the disk fails", new IOException("of s3cret"), 500, Internal);
        yield return Case("the disk is read-only", new UnauthorizedAccessException("of s3cret"), 500, Internal);
        yield return Case("nobody knows", new ImportOutcomeUnknownException("Ask again."), 500, "eden://reference-error/import-outcome-unknown");
        yield return Case("another transaction won", new StoreContentionException("of s3cret"), 500, Internal);
        yield return Case("something was cancelled that is not the request", new OperationCanceledException("of s3cret"), 500, Internal);
        yield return Case("a mistake", new InvalidOperationException("of s3cret"), 500, Internal);
        yield return Case("an argument", new ArgumentException("of s3cret"), 500, Internal);
        yield return Case("something is not supported", new NotSupportedException("of s3cret"), 500, Internal);
    }

    [TestCaseSource(nameof(Failures))]
    public async Task A_failure_has_a_type(Exception failure, int status, string type, bool retryable)
    {
        var store = new Mock<ICheckpointStore>();
        store.Setup(s => s.OpenSnapshotAsync(It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        var exporter = new Mock<ICheckpointExporter>();
        exporter.Setup(e => e.ExportAsync(It.IsAny<Stream>(), It.IsAny<CheckpointExportOptions>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        var importer = new Mock<ICheckpointImporter>();
        importer.Setup(i => i.ImportAsync(It.IsAny<Stream>(), It.IsAny<CheckpointImportOptions>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        var hashes = new Mock<IWorkerCredentialHashes>();
        hashes.Setup(h => h.FindAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(
            new CheckpointExperiment(store.Object) { Exporter = exporter.Object, Importer = importer.Object, WorkerCredentials = hashes.Object }));

        using var export = await server.ExportAsync(Id);
        using var import = await server.ImportAsync("anything"u8.ToArray());
        using var read = await server.ReadAsync(Id);
        using var worker = await server.ReadAsync(Id, request => request.Headers.Authorization = TestServer.Bearer("wkr_01hqs3m4n5p6q7r8s9t0v1w2a1", "a-token"));

        foreach (var answer in (HttpResponseMessage[])[export, import, read, worker])
        {
            var problem = await Problem.ReadAsync(answer, (HttpStatusCode)status, type);
            Assert.That(problem.Document.ToString(), Does.Not.Contain("s3cret"));
            Assert.That(answer.Headers.RetryAfter is not null, Is.EqualTo(retryable));
        }

        Assert.That(server.Log.Entries.Count(entry => entry.Event == 4001), Is.EqualTo(4), "the log has the causes");
    }
}
