using Eden.Checkpoint.Registration;
using Eden.Git;
using Eden.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint;

/// <summary>The options of one experiment as a configuration has them, for example a section of <c>appsettings.json</c>. Immutable and thread-safe.</summary>
/// <remarks>
/// <para>A section has the settings <c>ExperimentId</c>, <c>RepositoryPath</c>, <c>RemoteUrl</c>, <c>CredentialHelper</c>, <c>CheckpointDirectory</c>, <c>Depth</c> and
/// <c>TemporaryDirectory</c>, and the sections <c>Limits</c>, <c>Export</c>, <c>Import</c>, <c>Verification</c>, <c>Comparison</c>, <c>Sync</c> and <c>Schedule</c>, which have the
/// properties of the options of these names that are plain values. A number may have a unit: <c>64MiB</c>. A time is written as <c>00:00:30</c>, a member of an enum by its name.</para>
/// <para>Paths are not looked at, and nothing is contacted.</para>
/// </remarks>
public sealed class CheckpointSettings
{
    internal CheckpointSettings()
    {
    }

    /// <summary>Gets the settings of an empty configuration: the defaults of all options.</summary>
    public static CheckpointSettings Default { get; } = new();

    /// <summary>Gets the experiment's id, which exports expect too; <see langword="null"/> for whichever the store holds.</summary>
    public string? ExperimentId { get; internal init; }

    /// <summary>Gets the repository that exports bundle and imports restore; <see langword="null"/> for none.</summary>
    public string? RepositoryPath { get; internal init; }

    /// <summary>Gets the remote of record, with which the repository is kept equal, and to which imports push; <see langword="null"/> for none. It may carry a password.</summary>
    public string? RemoteUrl { get; internal init; }

    /// <summary>Gets the helper that gives the remote's credential; <see langword="null"/> for none.</summary>
    public ICredentialSource? Credentials { get; internal init; }

    /// <summary>Gets the directory for automatic checkpoints; <see langword="null"/> for none.</summary>
    public string? CheckpointDirectory { get; internal init; }

    /// <summary>Gets the limits; they are those of all options here.</summary>
    public CheckpointLimits Limits { get; internal init; } = CheckpointLimits.Default;

    /// <summary>Gets the options of exports.</summary>
    public CheckpointExportOptions Export { get; internal init; } = new();

    /// <summary>Gets the options of imports, the repository's place and remote among them.</summary>
    public CheckpointImportOptions Import { get; internal init; } = new();

    /// <summary>Gets the options of verifications.</summary>
    public CheckpointVerificationOptions Verification { get; internal init; } = new();

    /// <summary>Gets the options of comparisons.</summary>
    public CheckpointComparisonOptions Comparison { get; internal init; } = new();

    /// <summary>Gets how the remote is talked to.</summary>
    public LocalCloneOptions Sync { get; internal init; } = LocalCloneOptions.Default;

    /// <summary>Gets when automatic checkpoints are made; <see langword="null"/> when nothing is said of them.</summary>
    public CheckpointSchedule? Schedule { get; internal init; }

    /// <summary>Reads a section. It must have no settings of anybody else.</summary>
    /// <param name="configuration">The section; read at once, later changes do not count.</param>
    /// <param name="defaults">What counts where the section says nothing; <see langword="null"/> for <see cref="Default"/>.</param>
    /// <param name="otherKeys">Settings and sections that the caller reads itself, which are left alone.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="configuration"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The section has settings that do not exist, or values that are malformed or out of range; the message names each by its
    /// whole key.</exception>
    public static CheckpointSettings Read(IConfiguration configuration, CheckpointSettings? defaults = null, IEnumerable<string>? otherKeys = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return SettingsReader.Read(configuration, defaults ?? Default, otherKeys ?? []);
    }

    /// <summary>Makes what bundles the repository: a <see cref="RemoteRepoBundleProvider"/> where there is a remote, else a <see cref="LocalRepoBundleProvider"/>.</summary>
    /// <param name="loggers">Where the provider's messages go; <see langword="null"/> for nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <returns>The provider; <see langword="null"/> where the settings name no repository. Nothing is contacted.</returns>
    public IRepoBundleProvider? CreateBundleProvider(ILoggerFactory? loggers = null, TimeProvider? timeProvider = null)
    {
        if (RepositoryPath is null)
        {
            return null;
        }

        timeProvider ??= TimeProvider.System;
        return RemoteUrl is null
            ? new LocalRepoBundleProvider(
                RepositoryPath, new LocalRepoBundleOptions { Limits = Limits, Logger = loggers?.CreateLogger<LocalRepoBundleProvider>(), TimeProvider = timeProvider })
            : new RemoteRepoBundleProvider(
                RepositoryPath,
                RemoteUrl,
                new RemoteRepoBundleOptions
                {
                    Limits = Limits,
                    Sync = Sync with { Credentials = Credentials, Logger = loggers?.CreateLogger<RemoteRepoBundleProvider>(), TimeProvider = timeProvider },
                });
    }
}
