using Npgsql;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A login role of one test's database, gone at the end with what it owns.</summary>
internal sealed class TempRole : IAsyncDisposable
{
    private const string Password = "of a role";
    private static int s_roles;
    private readonly TempDatabase _database;

    private TempRole(TempDatabase database, string name)
    {
        _database = database;
        Name = name;
    }

    public string Name { get; }

    /// <summary>Makes a role that may read and write every table of the schema <c>public</c> and make tables there, but is no superuser.</summary>
    /// <param name="database">The database; its tables are there already, or the role makes them itself.</param>
    /// <param name="settings">What its sessions begin with, for example <c>client_encoding = 'LATIN1'</c>.</param>
    public static async Task<TempRole> CreateAsync(TempDatabase database, params string[] settings)
    {
        var role = new TempRole(database, $"role_{Interlocked.Increment(ref s_roles)}_{database.Name}");
        await database.ExecuteAsync(
            $"""
            CREATE ROLE {role.Name} LOGIN PASSWORD '{Password}';
            GRANT ALL ON SCHEMA public TO {role.Name};
            GRANT ALL ON ALL TABLES IN SCHEMA public TO {role.Name};
            GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role.Name}
            """);
        await role.SetAsync(settings);
        return role;
    }

    public async Task SetAsync(params string[] settings)
    {
        foreach (var setting in settings)
        {
            await _database.ExecuteAsync($"ALTER ROLE {Name} SET {setting}");
        }
    }

    public string ConnectionString(Action<NpgsqlConnectionStringBuilder>? change = null)
        => _database.With(parts =>
        {
            (parts.Username, parts.Password) = (Name, Password);
            change?.Invoke(parts);
        });

    public NpgsqlDataSource DataSource(Action<NpgsqlConnectionStringBuilder>? change = null) => NpgsqlDataSource.Create(ConnectionString(change));

    /// <summary>Gets the role's database as a URL.</summary>
    public string Url(string options = "")
    {
        var parts = new NpgsqlConnectionStringBuilder(ConnectionString());
        return $"postgresql://{parts.Username}:{Uri.EscapeDataString(parts.Password!)}@{parts.Host}:{parts.Port}/{parts.Database}{options}";
    }

    public async ValueTask DisposeAsync() => await _database.ExecuteAsync($"DROP OWNED BY {Name}; DROP ROLE {Name}");
}
