using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A real PostgreSQL on loopback in a temporary directory: one for the whole test run, a fresh database for each test.</summary>
/// <remarks>Started by the first test that asks. Without the server's programs a test is ignored, or fails where <c>CI=true</c>.</remarks>
internal sealed class TempPostgres
{
    private const string Superuser = "eden_test";
    private static readonly Lock s_gate = new();
    private static Task<TempPostgres>? s_shared;
    private static int s_databases;

    private readonly string _programs;
    private readonly string _directory;
    private readonly string _connectionString;

    private TempPostgres(string programs, string directory, string connectionString)
    {
        _programs = programs;
        _directory = directory;
        _connectionString = connectionString;
    }

    /// <summary>Makes an empty database. In UTF-8 its default collation is a linguistic one, so that nothing sorts by bytes unless told to.</summary>
    public static async Task<TempDatabase> CreateDatabaseAsync(string encoding = "UTF8")
    {
        var programs = FindPrograms();
        if (programs is null)
        {
            RequiredProgram.Missing("PostgreSQL's programs (initdb, pg_ctl) are neither under /usr/lib/postgresql nor in PATH.");
        }

        Task<TempPostgres> starting;
        lock (s_gate)
        {
            starting = s_shared ??= StartAsync(programs!);
        }

        var server = await starting;
        var name = $"eden_{Interlocked.Increment(ref s_databases)}";
        await using (var administration = NpgsqlDataSource.Create(server._connectionString))
        {
            await using var connection = await administration.OpenConnectionAsync();
            var locale = connection.PostgreSqlVersion.Major >= 15 && encoding == "UTF8" ? " LOCALE_PROVIDER icu ICU_LOCALE 'en'" : "";
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every part is made here.
            command.CommandText = $"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}'{locale}";
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }

        return new TempDatabase(name, server._connectionString);
    }

    /// <summary>Lets the shared server do TLS with a certificate, until what is returned is disposed. Connections that are open are not touched.</summary>
    public static async Task<IAsyncDisposable> UseTlsAsync(string certificate, string key)
    {
        var server = await s_shared!;
        foreach (var (name, text) in ((string, string)[])[("tls.crt", certificate), ("tls.key", key)])
        {
            var path = Path.Combine(server._directory, name);
            await File.WriteAllTextAsync(path, text);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("/", "chown", "postgres", path);
            }
        }

        await server.ReloadAsync(
            "on", $"ALTER SYSTEM SET ssl_cert_file = '{server._directory}/tls.crt'", $"ALTER SYSTEM SET ssl_key_file = '{server._directory}/tls.key'", "ALTER SYSTEM SET ssl = on");
        return new TlsInUse(server);
    }

    /// <summary>Stops the server, when one was started, and removes its directory.</summary>
    public static async Task StopAsync()
    {
        Task<TempPostgres>? shared;
        lock (s_gate)
        {
            (shared, s_shared) = (s_shared, null);
        }

        if (shared is null)
        {
            return;
        }

        NpgsqlConnection.ClearAllPools();
        var server = await shared;
        await RunAsync(server._directory, Path.Combine(server._programs, "pg_ctl"), "stop", "-w", "-m", "immediate", "-D", Path.Combine(server._directory, "data"));
        Directory.Delete(server._directory, recursive: true);
    }

    /// <summary>Changes settings of the server, and returns when new sessions have them.</summary>
    private async Task ReloadAsync(string ssl, params string[] changes)
    {
        await using var sessions = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false, SslMode = SslMode.Disable }.ConnectionString);
        foreach (var sql in (string[])[.. changes, "SELECT pg_reload_conf()"])
        {
            await using var command = sessions.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        // The server reads its files anew when it comes to it; each look is a new session.
        for (var seen = ""; seen != ssl;)
        {
            await using var look = sessions.CreateCommand("SHOW ssl");
            seen = (string)(await look.ExecuteScalarAsync())!;
        }
    }

    private static async Task<TempPostgres> StartAsync(string programs)
    {
        var directory = Directory.CreateTempSubdirectory("eden-postgres-").FullName;
        try
        {
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            var passwordFile = Path.Combine(directory, "password");
            await File.WriteAllTextAsync(passwordFile, password);
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("/", "chown", "-R", "postgres", directory);
            }

            var data = Path.Combine(directory, "data");
            await RunAsync(
                directory, Path.Combine(programs, "initdb"), "-D", data, "--no-sync", "--encoding=UTF8", "--locale=C",
                $"--username={Superuser}", "--auth=scram-sha-256", $"--pwfile={passwordFile}");
            for (var attempt = 1; ; attempt++)
            {
                var port = FreePort();
                try
                {
                    await RunAsync(
                        directory, Path.Combine(programs, "pg_ctl"), "start", "-w", "-t", "60", "-D", data, "-l", Path.Combine(directory, "log"), "-o",
                        $"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c max_connections=200 "
                        + "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off");
                    var connectionString = new NpgsqlConnectionStringBuilder
                    {
                        Host = "127.0.0.1", Port = port, Username = Superuser, Password = password, Database = "postgres",
                    };
                    return new TempPostgres(programs, directory, connectionString.ConnectionString);
                }
                catch (InvalidOperationException) when (attempt < 5)
                {
                    // Another process may have taken the port in between; the next attempt takes another.
                }
            }
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    private static string? FindPrograms()
    {
        const string debian = "/usr/lib/postgresql";
        var candidates = Directory.Exists(debian)
            ? Directory.GetDirectories(debian)
                .OrderByDescending(path => int.TryParse(Path.GetFileName(path), out var version) ? version : 0)
                .Select(path => Path.Combine(path, "bin"))
            : [];
        var search = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return candidates.Concat(search).FirstOrDefault(
            path => File.Exists(Path.Combine(path, "initdb")) && File.Exists(Path.Combine(path, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string directory, string program, params string[] arguments)
    {
        // PostgreSQL refuses to run as root; its Debian package brings a user of its own.
        var demote = Environment.IsPrivilegedProcess && program != "chown";
        var start = new ProcessStartInfo(demote ? "setpriv" : program)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] all = demote ? ["--reuid=postgres", "--regid=postgres", "--init-groups", program, .. arguments] : arguments;
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await output}{await error}");
        }
    }

    private sealed class TlsInUse(TempPostgres server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await server.ReloadAsync("off", "ALTER SYSTEM SET ssl = off");
    }
}
