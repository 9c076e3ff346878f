using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>A synthetic experiment with its repository, exported once, and places to import it into. Sees at the end that nothing temporary was left.</summary>
internal sealed class ImportScene : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<TempDatabase> _databases = [];

    private ImportScene(SyntheticExperiment experiment, byte[] archive)
    {
        Experiment = experiment;
        Archive = archive;
        foreach (var name in (string[])["scratch", "place"])
        {
            Directory.CreateDirectory(_folder[name]);
        }
    }

    public SyntheticExperiment Experiment { get; }

    public byte[] Archive { get; }

    public CapturedLog Log { get; } = new();

    /// <summary>Gets the directory for temporary files; it is empty after every import.</summary>
    public string Scratch => _folder["scratch"];

    /// <summary>Gets the directory in which repositories are restored.</summary>
    public string Place => _folder["place"];

    public string RepositoryPath => Path.Combine(Place, "experiment.git");

    public string this[string name] => _folder[name];

    public static async Task<ImportScene> CreateAsync(int variants = 24, int seed = 1, string objectFormat = "sha1", IArtifactSource? artifacts = null)
    {
        using var source = new TempFolder();
        var experiment = await SyntheticExperiment.CreateAsync(source["source.git"], variants, seed, objectFormat);
        using var archive = new MemoryStream();
        await new CheckpointExporter(experiment.ToInMemoryStore(), new LocalRepoBundleProvider(source["source.git"]))
            .ExportAsync(archive, new CheckpointExportOptions { ArtifactSource = artifacts });
        return new ImportScene(experiment, archive.ToArray());
    }

    public async Task<TempDatabase> EmptyDatabaseAsync()
    {
        var database = await TempPostgres.CreateDatabaseAsync();
        _databases.Add(database);
        return database;
    }

    /// <summary>Makes a receiver as a deployment has it: schema and a fresh experiment of its own.</summary>
    public async Task<TempDatabase> ReceiverAsync(string experimentId, string? name = null)
    {
        var database = await EmptyDatabaseAsync();
        await PostgresCheckpointSchema.EnsureCreatedAsync(database.DataSource);
        await using var command = database.DataSource.CreateCommand("INSERT INTO experiment (experiment_id, name, base_commit_sha, created_at) VALUES ($1, $2, $3, '2026-11-01T00:00:00Z')");
        command.Parameters.AddWithValue(experimentId);
        command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Text, (object?)name ?? DBNull.Value);
        command.Parameters.AddWithValue(new string('a', 40));
        await command.ExecuteNonQueryAsync();
        return database;
    }

    public CheckpointImporter Importer(ICheckpointImportStore store, IWorkerCredentialIssuer? issuer = null)
        => new(store, issuer ?? new QuickIssuer(), logger: Log.For<CheckpointImporter>());

    public CheckpointImporter Importer(TempDatabase database, IWorkerCredentialIssuer? issuer = null)
        => Importer(Store(database), issuer);

    public PostgresCheckpointStore Store(TempDatabase database) => new(database.DataSource, logger: Log.For<PostgresCheckpointStore>());

    public Stream Open() => new AsyncOnlyStream(new MemoryStream(Archive), 50_000);

    public CheckpointImportOptions Options() => new() { TemporaryDirectory = Scratch };

    public CheckpointImportOptions OptionsWithRepository() => Options() with { RepositoryPath = RepositoryPath };

    /// <summary>Returns a row of the source as an import must leave it.</summary>
    public string Expected(RegistryKind kind, string row, string experimentId)
        => ExpectedRow.Of(kind, row, Experiment.ExperimentId, experimentId);

    public void AssertNothingTemporary()
    {
        Assert.That(Directory.EnumerateFileSystemEntries(Scratch), Is.Empty, "temporary files were left");
        Assert.That(Directory.EnumerateFileSystemEntries(Place).Select(Path.GetFileName), Is.SubsetOf(new[] { "experiment.git", "experiment.git.sync-lock" }), "something was left beside the repository");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }

        _folder.Dispose();
    }
}

/// <summary>Predictable credentials without the cost of hashing.</summary>
internal sealed class QuickIssuer : IWorkerCredentialIssuer
{
    public static string TokenOf(string workerId) => "tok" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(workerId));

    public Task<WorkerCredential> IssueAsync(string workerId, CancellationToken cancellationToken = default)
        => Task.FromResult(new WorkerCredential(workerId, TokenOf(workerId), "$quick$" + workerId));
}

/// <summary>Keeps every message with its exception.</summary>
internal sealed class CapturedLog : ILoggerProvider
{
    private readonly StringBuilder _text = new();

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public ILogger<T> For<T>() => LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(this)).CreateLogger<T>();

    public ILogger CreateLogger(string categoryName) => new Category(_text);

    public void Dispose()
    {
    }

    private sealed class Category(StringBuilder text) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (text)
            {
                text.Append(logLevel).Append(' ').Append(eventId.Id).Append(' ').AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
            }
        }
    }
}
