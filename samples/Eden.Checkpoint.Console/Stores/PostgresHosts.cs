using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>Puts libpq's lists of hosts, addresses and ports together.</summary>
internal static class PostgresHosts
{
    private const string Default = "localhost";

    /// <exception cref="UsageException">The lists do not go together, or a host or a port is none.</exception>
    public static void Apply(NpgsqlConnectionStringBuilder settings, IReadOnlyDictionary<string, string> values)
    {
        var names = List(values, "host");
        var addresses = List(values, "hostaddr");
        if (addresses is not null && names is not null && addresses.Length != names.Length)
        {
            throw new UsageException($"'host' and 'hostaddr' in the store's URL list {names.Length} and {addresses.Length} hosts.");
        }

        if (addresses is not null && names is not null && settings.SslMode == SslMode.VerifyFull)
        {
            throw new UsageException("The store's URL has the parameter 'hostaddr' beside a host whose name is to be verified, which cannot be applied here: leave it out.");
        }

        var hosts = (addresses ?? names ?? [Default]).Select(Checked).ToArray();
        var ports = List(values, "port") ?? [""];
        if (ports.Length != 1 && ports.Length != hosts.Length)
        {
            throw new UsageException($"'port' in the store's URL lists {ports.Length} ports for {hosts.Length} hosts.");
        }

        if (hosts.Length == 1)
        {
            settings.Host = hosts[0];
            settings.Port = Port(ports[0]);
            return;
        }

        // Npgsql takes several hosts, each with its own port, in its one Host setting.
        settings.Host = string.Join(',', hosts.Select((host, i) => string.Create(
            CultureInfo.InvariantCulture, $"{(IsAddressWithColons(host) ? $"[{host}]" : host)}:{Port(ports[ports.Length == 1 ? 0 : i])}")));
    }

    /// <summary>Returns the entries; <see langword="null"/> when the parameter is not given, or empty.</summary>
    private static string[]? List(IReadOnlyDictionary<string, string> values, string name)
        => values.GetValueOrDefault(name, "") is { Length: > 0 } list ? list.Split(',') : null;

    private static string Checked(string host)
    {
        if (host.Length == 0)
        {
            return Default;
        }

        // A folder of sockets may be called anything; a name with a colon would be taken apart once more.
        return host[0] is '/' or '@' || !host.Contains(':', StringComparison.Ordinal) || IsAddressWithColons(host)
            ? string.IsNullOrWhiteSpace(host) ? throw Malformed() : host
            : throw Malformed();
    }

    private static bool IsAddressWithColons(string host) => IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    private static int Port(string text)
        => text.Length == 0
            ? NpgsqlConnection.DefaultPort
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
                ? port
                : throw new UsageException("The port in the store's URL is not a number from 1 to 65535.");

    private static UsageException Malformed() => new("The host in the store's URL is malformed.");
}
