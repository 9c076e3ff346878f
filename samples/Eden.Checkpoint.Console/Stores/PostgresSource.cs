using Microsoft.Extensions.Logging;
using Npgsql;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>Makes the driver's data source from its settings.</summary>
internal static class PostgresSource
{
    private const string Utf8 = "UTF8";

    /// <summary>Makes a data source; nothing is contacted.</summary>
    /// <exception cref="UsageException">The driver does not take the settings, alone or together.</exception>
    public static NpgsqlDataSource Create(NpgsqlConnectionStringBuilder settings, ILoggerFactory? loggers = null)
    {
        try
        {
            // A copy: the encodings of both ends, whatever a shared address or the environment says for other programs.
            var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            builder.ConnectionStringBuilder.ClientEncoding = Utf8;
            builder.ConnectionStringBuilder.Encoding = Utf8;
            builder.UseLoggerFactory(loggers);
            return settings.TargetSessionAttributes is { Length: > 0 } wanted && settings.Host?.Contains(',', StringComparison.Ordinal) == false
                ? CreateSingle(builder, wanted)
                : builder.Build();
        }
        catch (Exception exception) when (
            exception is ArgumentException or NotSupportedException or InvalidOperationException or FormatException or OverflowException)
        {
            // The driver's message may quote the value at fault.
            throw new UsageException("The settings of the store's address do not go together.");
        }
    }

    /// <summary>The driver asks a server what it is only where it may choose among several; here there is one to choose.</summary>
    private static NpgsqlDataSource CreateSingle(NpgsqlDataSourceBuilder builder, string wanted)
    {
        builder.ConnectionStringBuilder.TargetSessionAttributes = null;
        return builder.BuildMultiHost().WithTargetSession(Enum.Parse<TargetSessionAttributes>(wanted.Replace("-", "", StringComparison.Ordinal), ignoreCase: true));
    }
}
