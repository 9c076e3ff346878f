using Eden.Checkpoint.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Eden.Checkpoint.AspNetCore;

/// <summary>Registers the health check of checkpoints.</summary>
public static class CheckpointHealthCheckExtensions
{
    /// <summary>Adds a check that every experiment's store answers, and that its repository's folder and the temporary directory can be used.</summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="includeRemote">Whether the remotes of record are asked too, through <see cref="CheckpointExperiment.ProbeRemote"/>. Not by default:
    /// a server runs, and imports, with the git host down.</param>
    /// <param name="tags">Tags for filtering, if any.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddEdenCheckpoint(
        this IHealthChecksBuilder builder, string name = "eden-checkpoint", bool includeRemote = false, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(
            name, services => new CheckpointHealthCheck(services.GetRequiredService<HealthObservation>(), includeRemote), failureStatus: null, tags));
    }
}
