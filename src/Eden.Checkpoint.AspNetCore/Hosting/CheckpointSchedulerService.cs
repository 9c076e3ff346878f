using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>Runs the schedule of every experiment that has one, each by itself, for as long as the host runs.</summary>
internal sealed class CheckpointSchedulerService(ExperimentTable experiments, IServiceProvider services) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var time = services.GetService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<CheckpointScheduler>>();
        var running = experiments.All
            .Where(experiment => experiment.Settings.Schedule is { Enabled: true })
            .Select(experiment => new CheckpointScheduler(
                experiment.Settings.ExperimentId!,
                experiment.Settings.Store,
                experiment.Exporter,
                experiment.Settings.Destination!,
                experiment.Settings.Schedule!,
                experiment.Settings.Export,
                time,
                logger).RunAsync(stoppingToken))
            .ToArray();
        try
        {
            await Task.WhenAll(running).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping; what was being written is gone already.
        }
    }
}
