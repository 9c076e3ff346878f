using Eden.Checkpoint.AspNetCore.Authorization;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Wiring;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore;

/// <summary>Registers what the endpoints, the schedules and the health check need.</summary>
public static class CheckpointServiceCollectionExtensions
{
    /// <summary>Registers the experiments. Nothing is contacted, also not when the host starts.</summary>
    /// <param name="services">The host's services. A <see cref="TimeProvider"/> and an <see cref="ICheckpointAuthorizer"/> among them are used.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services.</returns>
    /// <remarks>Options that do not fit together stop the host when it starts, with an <see cref="OptionsValidationException"/>.</remarks>
    public static IServiceCollection AddEdenCheckpoint(this IServiceCollection services, Action<EdenCheckpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddEdenCheckpoint((options, _) => configure(options));
    }

    /// <summary>Registers the endpoints' options and the experiments of a configuration. Nothing is contacted, also not when the host starts.</summary>
    /// <param name="services">The host's services. A <see cref="TimeProvider"/> and an <see cref="ICheckpointAuthorizer"/> among them are used, and of each experiment its <see cref="ICheckpointStore"/>
    /// or <see cref="ICheckpointImportStore"/>; and, where they are there, its <see cref="IRepoBundleProvider"/>, <see cref="IWorkerCredentialHashes"/>, <see cref="ICheckpointDestination"/>,
    /// <see cref="IArtifactSource"/> and <see cref="IArtifactSink"/>.</param>
    /// <param name="section">A section with the properties of <see cref="EdenCheckpointOptions"/> and the settings of <see cref="CheckpointSettings"/>. Its section <c>Experiments</c> has one section for
    /// each experiment, whose name is the key of its services, and in it what differs; without <c>Experiments</c> there is one experiment, whose services have no key.</param>
    /// <returns>The same services. The overloads may be used together: what is set in code afterwards wins.</returns>
    /// <remarks>The section is read when the host starts. What cannot be taken stops it, with an <see cref="InvalidOperationException"/> that names each setting at fault by its whole key;
    /// options that do not fit together with an <see cref="OptionsValidationException"/>.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="section"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddEdenCheckpoint(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddEdenCheckpoint((options, provider) => EdenCheckpointOptionsReader.Read(section, options, provider));
    }

    /// <summary>Registers the experiments, with other services at hand. Nothing is contacted, also not when the host starts.</summary>
    /// <param name="services">The host's services. A <see cref="TimeProvider"/> and an <see cref="ICheckpointAuthorizer"/> among them are used.</param>
    /// <param name="configure">Sets the options; called once.</param>
    /// <returns>The same services.</returns>
    /// <remarks>Options that do not fit together stop the host when it starts, with an <see cref="OptionsValidationException"/>.</remarks>
    public static IServiceCollection AddEdenCheckpoint(this IServiceCollection services, Action<EdenCheckpointOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddLogging();
        services.AddOptions<EdenCheckpointOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EdenCheckpointOptions>, EdenCheckpointOptionsValidator>());
        services.TryAddSingleton<ExperimentTable>();
        services.TryAddSingleton<OperationLimits>();
        services.TryAddSingleton<HealthObservation>();
        services.TryAddSingleton<WorkerTokens>();
        services.TryAddSingleton<BearerAuthentication>();
        services.TryAddSingleton<ICheckpointAuthorizer, BearerAuthorizer>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CheckpointSchedulerService>());
        return services;
    }
}
