using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>Reports the last look at stores and folders.</summary>
internal sealed class CheckpointHealthCheck(HealthObservation observation, bool includeRemote) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var findings = await observation.LookAsync(includeRemote, cancellationToken).ConfigureAwait(false);
        return findings.IsHealthy
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, findings.Text, findings.Cause);
    }
}
