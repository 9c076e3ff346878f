using System.Net;
using Eden.Checkpoint.AspNetCore;
using Eden.Checkpoint.ConsoleHost;
using Eden.Checkpoint.ConsoleHost.Stores;
using Eden.Git;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Eden.Checkpoint.Server;

/// <summary>Puts the web host together. Neither the database nor the remote is contacted before the first request or schedule needs it.</summary>
/// <remarks>Only the server's own flags and variables count: no <c>appsettings.json</c> of the working directory is read, or watched, and no variable of ASP.NET Core.</remarks>
internal static class ServerHost
{
    // Time for downloads under way; those that last longer are aborted.
    private static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(20);

    // Accepted above the limit, and closed at once.
    private const int ConnectionsBeingRefused = 8;

    /// <exception cref="UsageException">The settings hold what the library does not take.</exception>
    public static WebApplication Build(ServerSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServerHost).Assembly.GetName().Name,
            EnvironmentName = Environments.Production,

            // Not the working directory, which may be gone or closed to this user.
            ContentRootPath = AppContext.BaseDirectory,
        });
        ConfigureLogging(builder.Logging, settings);
        var connections = OpenFileLimit.Connections();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = connections;
            if (settings.Address.Equals(IPAddress.IPv6Any))
            {
                // IPv4 too, and IPv4 alone where the machine has no IPv6.
                kestrel.ListenAnyIP(settings.Port);
            }
            else
            {
                kestrel.Listen(settings.Address, settings.Port);
            }
        });
        if (connections is { } most)
        {
            builder.Services.AddSingleton<IConnectionListenerFactory>(services => new PacedListenerFactory(
                ActivatorUtilities.CreateInstance<SocketTransportFactory>(services), (int)Math.Min(most + ConnectionsBeingRefused, int.MaxValue)));
        }

        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = s_shutdownTimeout);
        builder.Services.AddSingleton(services => PostgresSource.Create(settings.Store, services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddEdenCheckpoint((options, services) =>
        {
            options.AdminToken = settings.AdminToken;
            options.CredentialsDirectory = settings.CredentialsDirectory;
            options.MaxConcurrentImports = settings.MaxConcurrentImports ?? options.MaxConcurrentImports;
            options.MaxConcurrentExports = settings.MaxConcurrentExports ?? options.MaxConcurrentExports;
            options.MaxUploadBytes = settings.MaxUploadBytes;
            options.MaxSpooledUploadBytes = settings.MaxSpooledUploadBytes;
            options.Experiments.Add(CreateExperiment(settings, services));
        });
        builder.Services.AddHealthChecks().AddEdenCheckpoint();
        var application = builder.Build();
        CheckOptions(application.Services);
        if (settings.HasUselessHelper)
        {
            ServerLog.HelperIgnored(application.Logger);
        }

        foreach (var (setting, value) in settings.IgnoredServiceLinks)
        {
            ServerLog.ServiceLinkIgnored(application.Logger, setting.Variable, value, setting.Option.Name);
        }

        // What is no route of ours, or another method, is answered with a problem too.
        application.UseStatusCodePages(RouteProblem.WriteAsync);
        application.MapEdenCheckpoint();
        application.MapHealthChecks("/healthz");
        return application;
    }

    /// <summary>Makes the options now: what is wrong with them is the operator's to know, not a failure of the host.</summary>
    private static void CheckOptions(IServiceProvider services)
    {
        try
        {
            _ = services.GetRequiredService<IOptions<EdenCheckpointOptions>>().Value;
        }
        catch (OptionsValidationException exception)
        {
            throw new UsageException(exception.Message);
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception);
        }
    }

    private static void ConfigureLogging(ILoggingBuilder logging, ServerSettings settings)
    {
        // Standard output is for the one line that says where the server listens.
        logging.ClearProviders();
        logging.AddConsole(console =>
        {
            console.FormatterName = RedactingJsonFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.Services.AddSingleton<ConsoleFormatter>(new RedactingJsonFormatter(new SecretFilter(settings.Secrets), TimeProvider.System));
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
    }

    private static CheckpointExperiment CreateExperiment(ServerSettings settings, IServiceProvider services)
    {
        var database = services.GetRequiredService<NpgsqlDataSource>();
        var credentials = settings.CredentialHelper is { } helper && !settings.HasUselessHelper ? new CredentialHelper(helper) : null;
        var store = new PostgresCheckpointStore(database, null, null, services.GetRequiredService<ILogger<PostgresCheckpointStore>>());
        var experiment = new CheckpointExperiment(store)
        {
            ExperimentId = settings.ExperimentId,
            WorkerCredentials = new PostgresWorkerCredentialHashes(database),
            RepositoryPath = settings.RepositoryPath,
            Export = new CheckpointExportOptions { ExperimentConfig = settings.ExperimentConfig, Limits = settings.Limits },
            Import = new CheckpointImportOptions
            {
                RepositoryPath = settings.RepositoryPath,
                RemoteUrl = settings.RemoteUrl,
                Credentials = credentials,
                Limits = settings.Limits,
            },
            Schedule = settings.Schedule,
            Destination = settings.AutoCheckpointDirectory is { } directory ? new DirectoryCheckpointDestination(directory) : null,
        };
        return CreateBundles(settings, credentials, services.GetRequiredService<ILoggerFactory>().CreateLogger("Eden.Checkpoint.Git")) is { } bundles
            ? experiment with { Bundles = bundles }
            : experiment;
    }

    private static IRepoBundleProvider? CreateBundles(ServerSettings settings, ICredentialSource? credentials, ILogger logger)
    {
        if (settings.RepositoryPath is not { } path)
        {
            return null;
        }

        return settings.RemoteUrl is { } remote
            ? new RemoteRepoBundleProvider(path, remote, new RemoteRepoBundleOptions
            {
                Limits = settings.Limits,
                Sync = new LocalCloneOptions { Credentials = credentials, Logger = logger, FinishPush = true },
            })
            : new LocalRepoBundleProvider(path, new LocalRepoBundleOptions { Limits = settings.Limits, Logger = logger });
    }
}
