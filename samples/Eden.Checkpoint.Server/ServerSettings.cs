using System.CommandLine;
using System.Globalization;
using System.Net;
using Eden.Checkpoint.AspNetCore;
using Eden.Checkpoint.ConsoleHost;
using Eden.Checkpoint.ConsoleHost.Stores;
using Npgsql;

namespace Eden.Checkpoint.Server;

/// <summary>What the server was told, checked as far as it can be without contacting anything.</summary>
internal sealed record ServerSettings
{
    private static readonly Setting s_storeUrl = new("store-url", "URL", "The PostgreSQL database, postgresql://…");
    private static readonly Setting s_experimentId = new("experiment-id", "ID", "The experiment; an import into a fresh database lands under it.");
    private static readonly Setting s_experimentConfig = new("experiment-config", "FILE", "The experiment's config; travels with every checkpoint, and its auto_checkpoint block is obeyed.");
    private static readonly Setting s_adminToken = new("admin-token", "TOKEN", "The deployment's admin token. Better given as the variable: process arguments can be seen.");
    private static readonly Setting s_repoPath = new("repo-path", "DIR", "The server's own bare clone of the repository.");
    private static readonly Setting s_forgejoUrl = new("forgejo-url", "URL", "The git remote of record; needs --repo-path.");
    private static readonly Setting s_credentialHelper = new("credential-helper", "FILE", "A git credential helper for the remote of record.");
    private static readonly Setting s_credentialsDir = new("checkpoint-import-credentials-dir", "DIR", "Where an import leaves the workers' fresh tokens.");
    private static readonly Setting s_autoCheckpointDir = new("auto-checkpoint-dir", "DIR", "Where automatic checkpoints are kept.");
    private static readonly Setting s_limits = new("limits", "NAME=VALUE,…", "Other limits on archives, rows and bundles than the defaults; the README lists them.");
    private static readonly Setting s_maxConcurrentImports = new("max-concurrent-imports", "N", "How many imports run at once; one more is told to come again.");
    private static readonly Setting s_maxConcurrentExports = new("max-concurrent-exports", "N", "How many exports run at once; one more is told to come again.");
    private static readonly Setting s_maxUploadBytes = new("max-upload-bytes", "BYTES", "The longest upload of an import, or none for no limit, which is the default.");
    private static readonly Setting s_maxSpooledUploadBytes = new("max-spooled-upload-bytes", "BYTES", "How much all uploads under way may have together, or none for no limit; 64 GiB by default.");
    private static readonly Setting s_host = new("host", "HOST", "The address to listen on; 127.0.0.1 by default.");
    private static readonly Setting s_port = new("port", "PORT", "The port to listen on, 0 for any; 8080 by default.");

    public static IReadOnlyList<Setting> All { get; } =
    [
        s_storeUrl, s_experimentId, s_experimentConfig, s_adminToken, s_repoPath, s_forgejoUrl, s_credentialHelper, s_credentialsDir, s_autoCheckpointDir,
        s_limits, s_maxConcurrentImports, s_maxConcurrentExports, s_maxUploadBytes, s_maxSpooledUploadBytes, s_host, s_port,
    ];

    public required NpgsqlConnectionStringBuilder Store { get; init; }

    public required string AdminToken { get; init; }

    public string? ExperimentId { get; init; }

    public ReadOnlyMemory<byte> ExperimentConfig { get; init; }

    public CheckpointSchedule Schedule { get; init; } = new();

    public string? RepositoryPath { get; init; }

    public string? RemoteUrl { get; init; }

    public string? CredentialHelper { get; init; }

    /// <summary>Gets a value indicating whether there is a credential helper and no remote that it could be asked for: it is ignored.</summary>
    public bool HasUselessHelper => CredentialHelper is not null && RemoteUrl is null;

    public string? CredentialsDirectory { get; init; }

    public string? AutoCheckpointDirectory { get; init; }

    public CheckpointLimits Limits { get; init; } = CheckpointLimits.Default;

    public int? MaxConcurrentImports { get; init; }

    public int? MaxConcurrentExports { get; init; }

    /// <summary>Gets the longest upload in bytes; <see langword="null"/> for no limit.</summary>
    public long? MaxUploadBytes { get; init; }

    /// <summary>Gets how many bytes all uploads under way may have together; <see langword="null"/> for no limit.</summary>
    public long? MaxSpooledUploadBytes { get; init; }

    public required IPAddress Address { get; init; }

    public required int Port { get; init; }

    /// <summary>Gets the variables that Kubernetes has set for a service of the same name, and that count for nothing.</summary>
    public IReadOnlyList<(Setting Setting, string Value)> IgnoredServiceLinks { get; init; } = [];

    /// <summary>Gets what must not be seen in a log.</summary>
    public IEnumerable<string> Secrets => new[] { AdminToken, Store.Password }.Where(secret => !string.IsNullOrEmpty(secret)).Select(secret => secret!);

    /// <summary>Reads flags and variables.</summary>
    /// <exception cref="UsageException">Something is missing or makes no sense.</exception>
    public static ServerSettings Read(ParseResult parsed, Func<string, string?> environment)
    {
        var ignored = new List<(Setting Setting, string Value)>();
        string? Get(Setting setting) => setting.Read(parsed, environment, ignored);

        var config = ReadConfig(Get(s_experimentConfig));
        var settings = new ServerSettings
        {
            Store = ParseStore(Get(s_storeUrl) ?? throw Missing(s_storeUrl)),
            AdminToken = Get(s_adminToken) ?? throw Missing(s_adminToken),
            ExperimentId = ParseExperimentId(Get(s_experimentId)),
            ExperimentConfig = config,
            Schedule = AutoCheckpointBlock.Read(config),
            RepositoryPath = Get(s_repoPath),
            RemoteUrl = Get(s_forgejoUrl),
            CredentialHelper = Get(s_credentialHelper),
            CredentialsDirectory = Get(s_credentialsDir) is { } directory ? Path.GetFullPath(directory) : null,
            AutoCheckpointDirectory = Get(s_autoCheckpointDir),
            Limits = LimitText.Parse(Get(s_limits), s_limits.Option.Name),
            MaxConcurrentImports = (int?)ParseNumber(s_maxConcurrentImports, Get(s_maxConcurrentImports), int.MaxValue),
            MaxConcurrentExports = (int?)ParseNumber(s_maxConcurrentExports, Get(s_maxConcurrentExports), int.MaxValue),
            MaxUploadBytes = ParseBytes(s_maxUploadBytes, Get(s_maxUploadBytes), null),
            MaxSpooledUploadBytes = ParseBytes(s_maxSpooledUploadBytes, Get(s_maxSpooledUploadBytes), new EdenCheckpointOptions().MaxSpooledUploadBytes),
            Address = ParseHost(Get(s_host)),
            Port = ParsePort(Get(s_port)),
        };
        settings.CheckTogether();
        return settings with { IgnoredServiceLinks = ignored };
    }

    private void CheckTogether()
    {
        if (RemoteUrl is not null && RepositoryPath is null)
        {
            throw new UsageException("--forgejo-url needs --repo-path: the server keeps a bare clone of the remote of record there.");
        }

        if (CredentialHelper is not null && RemoteUrl is not null && !File.Exists(CredentialHelper))
        {
            throw new UsageException("The file of --credential-helper does not exist.");
        }

        if (Schedule.Enabled && AutoCheckpointDirectory is null)
        {
            throw new UsageException("The config's auto_checkpoint is enabled, which needs --auto-checkpoint-dir.");
        }

        if (Schedule.Enabled && ExperimentId is null)
        {
            throw new UsageException("The config's auto_checkpoint is enabled, which needs --experiment-id.");
        }
    }

    private static UsageException Missing(Setting setting) => new($"{setting.Option.Name} is needed, or the environment variable {setting.Variable}.");

    private static string? ParseExperimentId(string? text)
        => text is null || OpaqueId.IsExperimentId(text) ? text
            : throw new UsageException($"'{text}' is not an experiment id: exp_ and 26 characters of lowercase Crockford base32.");

    private static NpgsqlConnectionStringBuilder ParseStore(string url)
    {
        var settings = PostgresUrl.IsOne(url) ? PostgresUrl.Parse(url) : throw new UsageException("--store-url is not a postgresql:// URL.");

        // What does not go together is told now, not when the first request needs the database.
        PostgresSource.Create(settings).Dispose();
        return settings;
    }

    private static byte[] ReadConfig(string? path)
    {
        try
        {
            return path is null ? [] : File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The file of --experiment-config cannot be read: {exception.Message}");
        }
    }

    private static long? ParseNumber(Setting setting, string? text, long most)
        => text is null ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
            : throw new UsageException($"{setting.Option.Name} is not a whole number from 1 on.");

    private static long? ParseBytes(Setting setting, string? text, long? byDefault)
        => text switch
        {
            null => byDefault,
            "none" => null,
            _ => ParseNumber(setting, text, long.MaxValue),
        };

    private static IPAddress ParseHost(string? host) => host switch
    {
        null or "localhost" => IPAddress.Loopback,
        "*" => IPAddress.IPv6Any,
        _ => IPAddress.TryParse(host, out var address) ? address : throw new UsageException("--host is neither an address nor localhost."),
    };

    private static int ParsePort(string? port)
        => port is null ? 8080
            : int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65535 ? number
            : throw new UsageException("--port is not a number from 0 to 65535.");
}
