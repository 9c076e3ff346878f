namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>A store in a folder: <c>experiment.json</c> and the seven <c>.jsonl</c> files, as an unpacked archive has them. Thread-safe.</summary>
/// <remarks>The order of the lines is taken as the store's order. All files are opened together, so a writer that replaces
/// files by renaming does not disturb a snapshot; one that writes into them does.</remarks>
internal sealed class DirectoryCheckpointStore(
    string path, CheckpointLimits? limits = null, TimeProvider? time = null) : ICheckpointStore
{
    private readonly string _path = Path.GetFullPath(path);
    private readonly CheckpointLimits _limits = limits ?? CheckpointLimits.Default;
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public async Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default)
    {
        if (!Directory.Exists(_path))
        {
            throw new DirectoryNotFoundException("The folder given to --store dir: does not exist.");
        }

        var now = _time.GetUtcNow();
        var takenAt = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        var files = new Dictionary<RegistryKind, FileStream>();
        try
        {
            foreach (var kind in Enum.GetValues<RegistryKind>())
            {
                files.Add(kind, Open(CheckpointManifestFiles.Standard[kind]));
            }

            var experiment = await ReadExperimentAsync(cancellationToken).ConfigureAwait(false);
            return new DirectorySnapshot(takenAt, experiment, files, _limits);
        }
        catch
        {
            foreach (var file in files.Values)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private async Task<byte[]> ReadExperimentAsync(CancellationToken cancellationToken)
    {
        var file = Open("experiment.json");
        await using (file.ConfigureAwait(false))
        {
            if (file.Length > _limits.MaxExperimentBytes)
            {
                throw new CheckpointInvalidException(new CheckpointViolation(
                    CheckpointRule.Limit, "experiment.json", null, null, null, $"is larger than {_limits.MaxExperimentBytes} bytes"));
            }

            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }

    private FileStream Open(string name)
    {
        try
        {
            return new FileStream(Path.Combine(_path, name), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 1 << 16,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
        }
        catch (FileNotFoundException missing)
        {
            throw new CheckpointInvalidException(
                new CheckpointViolation(CheckpointRule.Layout, name, null, null, null, "is missing from the folder"), missing);
        }
    }
}
