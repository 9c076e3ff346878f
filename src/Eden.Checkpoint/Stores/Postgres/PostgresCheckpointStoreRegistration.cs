using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Eden.Checkpoint;

/// <summary>Registers the PostgreSQL store, for any host with a service collection.</summary>
public static class PostgresCheckpointStoreRegistration
{
    /// <summary>Registers a <see cref="PostgresCheckpointStore"/> as <see cref="ICheckpointStore"/> and <see cref="ICheckpointImportStore"/>, and a
    /// <see cref="PostgresWorkerCredentialHashes"/> as <see cref="IWorkerCredentialHashes"/>, all as singletons. Nothing is contacted.</summary>
    /// <param name="services">The host's services. An <see cref="NpgsqlDataSource"/> is among them, with the same key or without one. A <see cref="TimeProvider"/> and loggers are used.</param>
    /// <param name="serviceKey">The host's name for the experiment; <see langword="null"/> registers without a key.</param>
    /// <param name="options">How the store reads; <see langword="null"/> uses the defaults.</param>
    /// <returns>The same services. What was registered before stays.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddPostgresCheckpointStore(
        this IServiceCollection services, string? serviceKey = null, PostgresCheckpointStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAdd(ServiceDescriptor.KeyedSingleton<ICheckpointImportStore>(serviceKey, (provider, key) => new PostgresCheckpointStore(
            DataSource(provider, key), options, provider.GetService<TimeProvider>(), provider.GetService<ILogger<PostgresCheckpointStore>>())));
        services.TryAdd(ServiceDescriptor.KeyedSingleton<ICheckpointStore>(
            serviceKey, static (provider, key) => key is null ? provider.GetRequiredService<ICheckpointImportStore>() : provider.GetRequiredKeyedService<ICheckpointImportStore>(key)));
        services.TryAdd(ServiceDescriptor.KeyedSingleton<IWorkerCredentialHashes>(
            serviceKey, static (provider, key) => new PostgresWorkerCredentialHashes(DataSource(provider, key))));
        return services;
    }

    private static NpgsqlDataSource DataSource(IServiceProvider provider, object? key)
        => (key is null ? null : provider.GetKeyedService<NpgsqlDataSource>(key)) ?? provider.GetRequiredService<NpgsqlDataSource>();
}
