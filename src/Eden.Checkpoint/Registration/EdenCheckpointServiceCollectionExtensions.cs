using Eden.Checkpoint.Registration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint;

/// <summary>Registers what exports, imports, verifies and compares, for any host with a service collection.</summary>
/// <remarks>
/// <para>Registered as singletons: <see cref="ICheckpointExporter"/>, <see cref="ICheckpointImporter"/>, <see cref="ICheckpointVerifier"/>, <see cref="CheckpointComparer"/> and the
/// <see cref="CheckpointSettings"/>. Each is made when it is first asked for; nothing is contacted. What was registered before stays.</para>
/// <para>The host registers, also as singletons, an <see cref="ICheckpointStore"/>, for imports one that is an <see cref="ICheckpointImportStore"/>, and for exports an
/// <see cref="IRepoBundleProvider"/>, unless the settings name a repository. An <see cref="ICrossReferenceValidator"/>, an <see cref="IWorkerCredentialIssuer"/>, a
/// <see cref="TimeProvider"/>, loggers, and as the defaults of options an <see cref="IArtifactSource"/> and an <see cref="IArtifactSink"/> among the services are used. A service that lacks what it needs is an <see cref="InvalidOperationException"/> when it is asked for.</para>
/// <para>With a key all of these are keyed services of that key, store and bundle provider too: one set for each experiment. What else is used may be shared, without a key.</para>
/// </remarks>
public static class EdenCheckpointServiceCollectionExtensions
{
    private const string Experiments = "Experiments";

    /// <summary>Registers the services of one experiment.</summary>
    /// <param name="services">The host's services.</param>
    /// <returns>The same services. What was registered before stays.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddEdenCheckpoint(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, null, CheckpointSettings.Default);
    }

    /// <summary>Registers the services of one experiment among several as keyed services.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="serviceKey">The host's own name for the experiment.</param>
    /// <returns>The same services. What was registered before stays.</returns>
    /// <exception cref="ArgumentException"><paramref name="serviceKey"/> is empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="serviceKey"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddEdenCheckpoint(this IServiceCollection services, string serviceKey)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        return Add(services, serviceKey, CheckpointSettings.Default);
    }

    /// <summary>Registers the services with the options of a configuration, which count wherever a call is given none of its own.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">A section as <see cref="CheckpointSettings"/> describes it. Its section <c>Experiments</c>, if it is there, has one section for each experiment
    /// of several, and in these what differs from the section itself: each is registered under its name as the key.</param>
    /// <returns>The same services. What was registered before stays.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The configuration cannot be used; the message names each setting at fault by its whole key.</exception>
    public static IServiceCollection AddEdenCheckpoint(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var shared = CheckpointSettings.Read(configuration, null, [Experiments]);
        var experiments = configuration.GetSection(Experiments).GetChildren().Select(section => (section.Key, Settings: CheckpointSettings.Read(section, shared))).ToArray();
        Add(services, null, shared);
        foreach (var (key, settings) in experiments)
        {
            Add(services, key, settings);
        }

        return services;
    }

    /// <summary>Registers the services of one experiment among several as keyed services, with the options of a configuration, which count wherever a call is given none of its own.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="serviceKey">The host's own name for the experiment.</param>
    /// <param name="configuration">A section as <see cref="CheckpointSettings"/> describes it.</param>
    /// <returns>The same services. What was registered before stays.</returns>
    /// <exception cref="ArgumentException"><paramref name="serviceKey"/> is empty.</exception>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The configuration cannot be used; the message names each setting at fault by its whole key.</exception>
    public static IServiceCollection AddEdenCheckpoint(this IServiceCollection services, string serviceKey, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        return Add(services, serviceKey, CheckpointSettings.Read(configuration));
    }

    // A null key is no key: such services are the ordinary ones.
    private static IServiceCollection Add(IServiceCollection services, string? serviceKey, CheckpointSettings settings)
    {
        if (settings == CheckpointSettings.Default)
        {
            services.TryAdd(ServiceDescriptor.KeyedSingleton(serviceKey, settings));
        }
        else
        {
            // A configuration counts also where the services are registered already, without one.
            services.Add(ServiceDescriptor.KeyedSingleton(serviceKey, settings));
        }

        if (settings.RepositoryPath is not null)
        {
            services.TryAdd(ServiceDescriptor.KeyedSingleton<IRepoBundleProvider>(
                serviceKey, static (provider, key) => Of<CheckpointSettings>(provider, key).CreateBundleProvider(provider.GetService<ILoggerFactory>(), Find<TimeProvider>(provider, key))!));
        }

        services.TryAdd(ServiceDescriptor.KeyedSingleton<ICheckpointExporter>(serviceKey, static (provider, key) => new ConfiguredExporter(
            new CheckpointExporter(
                FindStore(provider, key),
                Of<IRepoBundleProvider>(provider, key),
                Find<ICrossReferenceValidator>(provider, key),
                Find<TimeProvider>(provider, key),
                provider.GetService<ILogger<CheckpointExporter>>()),
            Of<CheckpointSettings>(provider, key).Export with { ArtifactSource = Find<IArtifactSource>(provider, key) })));
        services.TryAdd(ServiceDescriptor.KeyedSingleton<ICheckpointImporter>(serviceKey, static (provider, key) => new ConfiguredImporter(
            new CheckpointImporter(
                FindStore(provider, key) as ICheckpointImportStore
                    ?? throw new InvalidOperationException("The store that is registered takes no imports: it is no ICheckpointImportStore."),
                Find<IWorkerCredentialIssuer>(provider, key),
                Find<ICrossReferenceValidator>(provider, key),
                Find<TimeProvider>(provider, key),
                provider.GetService<ILogger<CheckpointImporter>>()),
            Of<CheckpointSettings>(provider, key).Import with { ArtifactSink = Find<IArtifactSink>(provider, key) })));
        services.TryAdd(ServiceDescriptor.KeyedSingleton<ICheckpointVerifier>(serviceKey, static (provider, key) => new ConfiguredVerifier(
            new CheckpointVerifier(Find<ICrossReferenceValidator>(provider, key)), Of<CheckpointSettings>(provider, key).Verification)));
        services.TryAdd(ServiceDescriptor.KeyedSingleton(serviceKey, static (provider, key) => new CheckpointComparer(
            Find<ICrossReferenceValidator>(provider, key), Of<CheckpointSettings>(provider, key).Comparison)));
        return services;
    }

    private static ICheckpointStore FindStore(IServiceProvider provider, object? key)
        => Exactly<ICheckpointImportStore>(provider, key) ?? Of<ICheckpointStore>(provider, key);

    // What is the experiment's own.
    private static T? Exactly<T>(IServiceProvider provider, object? key)
        where T : class
        => key is null ? provider.GetService<T>() : provider.GetKeyedService<T>(key);

    private static T Of<T>(IServiceProvider provider, object? key)
        where T : class
        => key is null ? provider.GetRequiredService<T>() : provider.GetRequiredKeyedService<T>(key);

    // What experiments may share.
    private static T? Find<T>(IServiceProvider provider, object? key)
        where T : class
        => Exactly<T>(provider, key) ?? provider.GetService<T>();
}
