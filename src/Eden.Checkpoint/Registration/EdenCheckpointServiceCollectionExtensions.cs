using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint;

/// <summary>Registers what exports, imports, verifies and compares, for any host with a service collection.</summary>
public static class EdenCheckpointServiceCollectionExtensions
{
    /// <summary>Registers <see cref="ICheckpointExporter"/>, <see cref="ICheckpointImporter"/>, <see cref="ICheckpointVerifier"/> and
    /// <see cref="CheckpointComparer"/> as singletons. Each is made when it is first asked for; nothing is contacted.</summary>
    /// <param name="services">The host's services. The host registers, also as singletons, an <see cref="ICheckpointStore"/>, for imports one that is an
    /// <see cref="ICheckpointImportStore"/>, and for exports an <see cref="IRepoBundleProvider"/>. An <see cref="ICrossReferenceValidator"/>, an
    /// <see cref="IWorkerCredentialIssuer"/>, a <see cref="TimeProvider"/> and loggers among the services are used.</param>
    /// <returns>The same services. What was registered before stays.</returns>
    /// <remarks>A service that lacks what it needs is an <see cref="InvalidOperationException"/> when it is asked for.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddEdenCheckpoint(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<ICheckpointExporter>(static provider => new CheckpointExporter(
            provider.GetService<ICheckpointStore>() ?? provider.GetRequiredService<ICheckpointImportStore>(),
            provider.GetRequiredService<IRepoBundleProvider>(),
            provider.GetService<ICrossReferenceValidator>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<ILogger<CheckpointExporter>>()));
        services.TryAddSingleton<ICheckpointImporter>(static provider => new CheckpointImporter(
            FindReceiver(provider),
            provider.GetService<IWorkerCredentialIssuer>(),
            provider.GetService<ICrossReferenceValidator>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<ILogger<CheckpointImporter>>()));
        services.TryAddSingleton<ICheckpointVerifier>(static provider => new CheckpointVerifier(provider.GetService<ICrossReferenceValidator>()));
        services.TryAddSingleton(static provider => new CheckpointComparer(provider.GetService<ICrossReferenceValidator>()));
        return services;
    }

    private static ICheckpointImportStore FindReceiver(IServiceProvider provider)
        => provider.GetService<ICheckpointImportStore>()
            ?? provider.GetRequiredService<ICheckpointStore>() as ICheckpointImportStore
            ?? throw new InvalidOperationException("The store that is registered takes no imports: it is no ICheckpointImportStore.");
}
