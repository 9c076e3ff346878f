using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>Looks whether stores answer and repositories' folders can be used; at remotes only when told to.</summary>
internal sealed class CheckpointHealthCheck(ExperimentTable experiments, bool includeRemote) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var faults = new List<string>();
        var causes = new List<Exception>();
        foreach (var experiment in experiments.All)
        {
            var settings = experiment.Settings;
            var name = settings.ExperimentId ?? "the experiment";
            await TryAsync($"The store of {name} does not answer.", () => CheckStoreAsync(settings.Store, cancellationToken)).ConfigureAwait(false);
            if (settings.RepositoryPath is { } path)
            {
                await TryAsync($"The repository folder of {name} cannot be used.", () => Task.Run(() => CheckFolder(path), cancellationToken)).ConfigureAwait(false);
            }

            if (includeRemote && settings.ProbeRemote is { } probe)
            {
                await TryAsync($"The remote of record of {name} does not answer.", () => probe(cancellationToken)).ConfigureAwait(false);
            }
        }

        return faults.Count == 0
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', faults), causes.Count == 1 ? causes[0] : new AggregateException(causes));

        async Task TryAsync(string fault, Func<Task> check)
        {
            try
            {
                await check().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                faults.Add(fault);
                causes.Add(exception);
            }
        }
    }

    private static async Task CheckStoreAsync(ICheckpointStore store, CancellationToken cancellationToken)
    {
        try
        {
            var snapshot = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
            await snapshot.DisposeAsync().ConfigureAwait(false);
        }
        catch (ExperimentNotFoundException)
        {
            // It answered: a receiver waits for its import.
        }
    }

    /// <summary>The folder may not be there before the first export; then the nearest one above it must be writable.</summary>
    private static void CheckFolder(string path)
    {
        var folder = Path.GetFullPath(path);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(Path.Combine(folder, "HEAD"))
            && !Path.Exists(Path.Combine(folder, ".git")))
        {
            throw new IOException("The folder holds something that is no repository.");
        }

        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No folder on the path exists.");
        }

        WritableFolder.Probe(folder);
    }
}
