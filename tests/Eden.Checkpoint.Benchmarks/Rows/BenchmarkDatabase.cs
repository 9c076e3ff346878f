using Npgsql;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>A database of a benchmark's own with the empty EDEN schema, on the server that libpq's variables name (PGHOST, PGPORT, PGUSER,
/// PGPASSWORD); dropped at the end.</summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    private readonly string _administration;

    private BenchmarkDatabase(string name, string administration)
    {
        Name = name;
        _administration = administration;
        ConnectionString = new NpgsqlConnectionStringBuilder(administration) { Database = name }.ConnectionString;
    }

    public string Name { get; }

    public string ConnectionString { get; }

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
