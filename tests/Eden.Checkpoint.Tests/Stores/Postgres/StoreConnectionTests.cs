using System.Net;
using System.Net.Sockets;
using Eden.Checkpoint.Tests.Kit;
using Npgsql;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

/// <summary>What a cancellation does while a connection is being made.</summary>
[TestFixture]
public class StoreConnectionTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly CheckpointManifest s_manifest = new()
    {
        ExperimentId = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3",
        ExportedAt = "2026-01-01T00:00:00Z",
        Counts = new CheckpointManifestCounts(),
    };

    [TestCase("snapshot")]
    [TestCase("import")]
    [TestCase("schema")]
    [TestCase("hashes")]
    public async Task A_call_to_a_server_that_accepts_and_says_nothing_ends_when_it_is_cancelled(string call)
    {
        using var server = new SilentServer();
        await using var dataSource = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={server.Port};Username=eden;Password=none;Database=eden;Timeout=0");
        using var cancellation = new CancellationTokenSource();
        var store = new PostgresCheckpointStore(dataSource);
        var running = call switch
        {
            "snapshot" => store.OpenSnapshotAsync(cancellation.Token),
            "import" => store.BeginImportAsync(new StoreImportRequest(s_manifest), cancellation.Token),
            "schema" => PostgresCheckpointSchema.EnsureCreatedAsync(dataSource, cancellation.Token),
            _ => (Task)new PostgresWorkerCredentialHashes(dataSource).FindAsync("wkr_1", cancellation.Token),
        };
        await server.AskedAsync().WaitAsync(s_patience);

        await cancellation.CancelAsync();

        await Assert.ThatAsync(() => running.WaitAsync(s_patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_connection_that_comes_after_the_cancellation_is_given_back()
    {
        await using var database = await TempPostgres.CreateDatabaseAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = new NpgsqlDataSourceBuilder(database.With(settings => settings.MaxPoolSize = 1));
        builder.UsePhysicalConnectionInitializer(_ => { }, async _ =>
        {
            reached.TrySetResult();
            await gate.Task;
        });
        await using var dataSource = builder.Build();
        using var cancellation = new CancellationTokenSource();
        var cancelled = PostgresCheckpointSchema.EnsureCreatedAsync(dataSource, cancellation.Token);
        await reached.Task.WaitAsync(s_patience);
        await cancellation.CancelAsync();
        await Assert.ThatAsync(() => cancelled.WaitAsync(s_patience), Throws.InstanceOf<OperationCanceledException>());

        gate.SetResult();

        // The pool has one place only.
        Assert.That(await PostgresCheckpointSchema.EnsureCreatedAsync(dataSource), Is.True);
    }

    /// <summary>Accepts connections, takes what comes and never answers.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private TcpClient? _client;

        public SilentServer()
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        }

        public int Port { get; }

        /// <summary>Waits until a client has connected and asked for something.</summary>
        public async Task AskedAsync()
        {
            _client = await _listener.AcceptTcpClientAsync();
            Assert.That(await _client.GetStream().ReadAsync(new byte[1]), Is.EqualTo(1));
        }

        public void Dispose()
        {
            _client?.Dispose();
            _listener.Dispose();
        }
    }
}
