using Eden.Shared;

namespace Eden.Checkpoint.AspNetCore.Hosting;

/// <summary>Looks whether stores answer and folders can be used; at remotes only when told to. Thread-safe.</summary>
/// <remarks>Whoever asks while a look is under way gets what that one finds: anybody may ask, and must not cost the stores a connection each.</remarks>
internal sealed class HealthObservation(ExperimentTable experiments)
{
    // What a fresh volume has, and what a clone's lock leaves there.
    private static readonly string[] s_ofVolumes = ["lost+found", "eden-sync-lock"];

    private readonly Lock _gate = new();
    private Task<HealthFindings>? _local;
    private Task<HealthFindings>? _withRemotes;

    public Task<HealthFindings> LookAsync(bool includeRemotes, CancellationToken cancellationToken)
    {
        Task<HealthFindings> look;
        lock (_gate)
        {
            ref var shared = ref includeRemotes ? ref _withRemotes : ref _local;
            if (shared is null or { IsCompleted: true })
            {
                shared = Task.Run(() => FindAsync(includeRemotes), CancellationToken.None);
            }

            look = shared;
        }

        return look.WaitAsync(cancellationToken);
    }

    private async Task<HealthFindings> FindAsync(bool includeRemotes)
    {
        var findings = new HealthFindings();
        foreach (var experiment in experiments.All)
        {
            var settings = experiment.Settings;
            var name = settings.ExperimentId ?? "the experiment";
            await findings.TryAsync($"The store of {name} does not answer.", () => CheckStoreAsync(settings.Store)).ConfigureAwait(false);
            if (settings.RepositoryPath is { } path)
            {
                await findings.TryAsync($"The repository folder of {name} cannot be used.", () => CheckRepository(path, settings.Bundles is LocalRepoBundleProvider)).ConfigureAwait(false);
            }

            foreach (var directory in new[] { settings.Export.TemporaryDirectory, settings.Import.TemporaryDirectory }.Distinct())
            {
                await findings.TryAsync($"The temporary directory of {name} cannot be used.", () => CheckTemporary(directory)).ConfigureAwait(false);
            }

            if (includeRemotes && settings.ProbeRemote is { } probe)
            {
                await findings.TryAsync($"The remote of record of {name} does not answer.", () => probe(CancellationToken.None)).ConfigureAwait(false);
            }
        }

        return findings;
    }

    private static async Task CheckStoreAsync(ICheckpointStore store)
    {
        try
        {
            var snapshot = await store.OpenSnapshotAsync(CancellationToken.None).ConfigureAwait(false);
            await snapshot.DisposeAsync().ConfigureAwait(false);
        }
        catch (ExperimentNotFoundException)
        {
            // It answered: a receiver waits for its import.
        }
    }

    /// <summary>Exports only read a repository that is bundled as it is; a clone is written, and so is one that an import restores.</summary>
    private static Task CheckRepository(string path, bool isOnlyRead)
    {
        var folder = Path.GetFullPath(path);
        var head = Path.Combine(folder, "HEAD");
        if (isOnlyRead && File.Exists(head))
        {
            File.OpenRead(head).Dispose();
            return Task.CompletedTask;
        }

        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(entry => !s_ofVolumes.Contains(Path.GetFileName(entry))) && !File.Exists(head)
            && !Path.Exists(Path.Combine(folder, ".git")))
        {
            throw new IOException("The folder holds something that is no repository.");
        }

        ProbeNearest(folder);
        return Task.CompletedTask;
    }

    /// <summary>The system's directory must be there; one that the options name is made when it is needed.</summary>
    private static Task CheckTemporary(string? directory)
    {
        if (directory is null)
        {
            WritableFolder.Probe(Path.GetTempPath());
        }
        else
        {
            ProbeNearest(Path.GetFullPath(directory));
        }

        return Task.CompletedTask;
    }

    /// <summary>The folder may not be there before its first use; then the nearest one above it must be writable.</summary>
    private static void ProbeNearest(string folder)
    {
        while (!Directory.Exists(folder))
        {
            if (Path.Exists(folder))
            {
                throw new IOException("Something that is no folder is in the way.");
            }

            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No folder on the path exists.");
        }

        WritableFolder.Probe(folder);
    }
}
