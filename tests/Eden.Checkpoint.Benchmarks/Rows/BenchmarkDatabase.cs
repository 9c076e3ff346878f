using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Npgsql;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>A database of a benchmark's own with the empty EDEN schema, on the server that libpq's variables name (PGHOST, PGPORT, PGUSER,
/// PGPASSWORD); dropped at the end.</summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    /// <summary>The variable that gives a measured process its connection string, which may hold a password.</summary>
    public const string Variable = "EDEN_BENCHMARK_DATABASE";

    private readonly string _administration;

    private BenchmarkDatabase(string name, string administration)
    {
        Name = name;
        _administration = administration;
        ConnectionString = new NpgsqlConnectionStringBuilder(administration) { Database = name }.ConnectionString;
    }

    public string Name { get; }

    public string ConnectionString { get; }

    /// <summary>Gets the connection string that this process was given.</summary>
    public static string ConnectionOfProcess
        => Environment.GetEnvironmentVariable(Variable) ?? throw new InvalidOperationException($"{Variable} is not set.");

    public static async Task<BenchmarkDatabase> CreateAsync(CancellationToken cancellationToken)
    {
        var administration = new NpgsqlConnectionStringBuilder
        {
            Host = Environment.GetEnvironmentVariable("PGHOST") ?? "127.0.0.1",
            Port = int.TryParse(Environment.GetEnvironmentVariable("PGPORT"), out var port) ? port : 5432,
            Username = Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName,
            Password = Environment.GetEnvironmentVariable("PGPASSWORD"),
            Database = "postgres",
            Pooling = false,
        }.ConnectionString;
        var database = new BenchmarkDatabase($"eden_benchmark_{Guid.NewGuid():N}", administration);
        await database.AdministerAsync($"CREATE DATABASE {database.Name} TEMPLATE template0", cancellationToken);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await PostgresCheckpointSchema.EnsureCreatedAsync(source, cancellationToken);
        return database;
    }

    /// <summary>Fills the database, and leaves no work for whoever reads it first.</summary>
    public async Task LoadAsync(SyntheticStore store, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { CommandTimeout = 0 }.ConnectionString);
        await PostgresRows.InsertExperimentAsync(source, Encoding.UTF8.GetString(store.Experiment.Span));

        // In the enumeration's order, tasks come before the submissions that refer to them.
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            await PostgresRows.CopyAsync(source, kind, store.Rows(kind));
        }

        await using var vacuum = source.CreateCommand("VACUUM (ANALYZE)");
        await vacuum.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs this program as a process that works with the database.</summary>
    public Task<Measurement> OursAsync(CancellationToken cancellationToken, params IReadOnlyList<string> work)
        => MeasuredProcess.OursAsync(work, cancellationToken, (Variable, ConnectionString));

    public ValueTask DisposeAsync() => new(AdministerAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)", CancellationToken.None));

    private async Task AdministerAsync(string sql, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(_administration);
#pragma warning disable CA2100 // Every part is made here.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
