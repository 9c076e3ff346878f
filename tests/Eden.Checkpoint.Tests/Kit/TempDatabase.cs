using Npgsql;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A database of a test's own on the shared server, dropped at the end with whatever still uses it.</summary>
internal sealed class TempDatabase : IAsyncDisposable
{
    private readonly string _administration;

    public TempDatabase(string name, string administration)
    {
        _administration = administration;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(administration) { Database = name }.ConnectionString;
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public string Name { get; }

    /// <summary>Gets an Npgsql connection string for the superuser, with the password.</summary>
    public string ConnectionString { get; }

    /// <summary>Gets a pooling data source for the superuser.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Gets the database as a URL, the way EDEN deployments write it.</summary>
    public string Url
    {
        get
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"postgresql://{parts.Username}:{parts.Password}@{parts.Host}:{parts.Port}/{Name}";
        }
    }

    /// <summary>Returns the connection string with changes, for example another pool size or role.</summary>
    public string With(Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString);
        change(builder);
        return builder.ConnectionString;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await using var administration = NpgsqlDataSource.Create(_administration);
        await using var command = administration.CreateCommand($"DROP DATABASE {Name} WITH (FORCE)");
        await command.ExecuteNonQueryAsync();
    }
}
