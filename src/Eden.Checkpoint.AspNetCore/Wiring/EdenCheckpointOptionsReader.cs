using Eden.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.AspNetCore.Wiring;

/// <summary>Reads the options of the endpoints and their experiments from a configuration. Stores and other parts come from the services.</summary>
internal static class EdenCheckpointOptionsReader
{
    private const string Experiments = "Experiments";

    public static void Read(IConfigurationSection configuration, EdenCheckpointOptions options, IServiceProvider services)
    {
        var section = new SettingsSection(configuration);
        ReadOwn(section, options);
        section.ThrowIfFaulty();
        var shared = CheckpointSettings.Read(configuration, null, [.. section.Known, Experiments]);
        var experiments = configuration.GetSection(Experiments).GetChildren().ToArray();
        if (experiments.Length == 0)
        {
            options.Experiments.Add(Create(configuration.Path, null, shared, services));
        }

        foreach (var experiment in experiments)
        {
            options.Experiments.Add(Create(experiment.Path, experiment.Key, CheckpointSettings.Read(experiment, shared), services));
        }
    }

    private static void ReadOwn(SettingsSection section, EdenCheckpointOptions options)
    {
        section.Text("AdminToken", options, static (at, value) => { at.AdminToken = value; return at; });
        section.Text("CredentialsDirectory", options, static (at, value) => { at.CredentialsDirectory = value; return at; });
        section.Time("RetryAfter", options, static (at, value) => { at.RetryAfter = value; return at; });
        section.NumberOrNone("MaxUploadBytes", options, static (at, value) => { at.MaxUploadBytes = value; return at; });
        section.NumberOrNone("MaxSpooledUploadBytes", options, static (at, value) => { at.MaxSpooledUploadBytes = value; return at; });
        section.Number("MaxProblemViolations", options, static (at, value) => { at.MaxProblemViolations = (int)value; return at; });
        section.Number("VerifiedTokenCapacity", options, static (at, value) => { at.VerifiedTokenCapacity = (int)value; return at; });
        section.Number("MaxConcurrentVerifications", options, static (at, value) => { at.MaxConcurrentVerifications = (int)value; return at; });
        section.Number("MaxQueuedVerifications", options, static (at, value) => { at.MaxQueuedVerifications = (int)value; return at; });
        section.Number("MaxConcurrentImports", options, static (at, value) => { at.MaxConcurrentImports = (int)value; return at; });
        section.Number("MaxConcurrentExports", options, static (at, value) => { at.MaxConcurrentExports = (int)value; return at; });
    }

    private static CheckpointExperiment Create(string path, string? key, CheckpointSettings settings, IServiceProvider services)
    {
        var store = Find<ICheckpointImportStore>(services, key) ?? Find<ICheckpointStore>(services, key)
            ?? throw new InvalidOperationException(key is null
                ? $"{path}: no {nameof(ICheckpointStore)} is registered."
                : $"{path}: no {nameof(ICheckpointStore)} is registered with the key '{key}'.");
        var experiment = new CheckpointExperiment(store)
        {
            ExperimentId = settings.ExperimentId,
            RepositoryPath = settings.RepositoryPath,
            WorkerCredentials = Find<IWorkerCredentialHashes>(services, key),
            Export = settings.Export with { ArtifactSource = Find<IArtifactSource>(services, key) },
            Import = settings.Import with { ArtifactSink = Find<IArtifactSink>(services, key) },
            Schedule = settings.Schedule,
            Destination = Find<ICheckpointDestination>(services, key)
                ?? (settings.CheckpointDirectory is { } directory ? new DirectoryCheckpointDestination(directory) : null),
        };
        var bundles = Find<IRepoBundleProvider>(services, key) ?? settings.CreateBundleProvider(services.GetService<ILoggerFactory>(), services.GetService<TimeProvider>());
        return bundles is null ? experiment : experiment with { Bundles = bundles };
    }

    private static T? Find<T>(IServiceProvider services, string? key)
        where T : class
        => key is null ? services.GetService<T>() : services.GetKeyedService<T>(key);
}
