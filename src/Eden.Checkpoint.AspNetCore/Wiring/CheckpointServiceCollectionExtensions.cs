using Eden.Checkpoint.AspNetCore.Authorization;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Wiring;
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
