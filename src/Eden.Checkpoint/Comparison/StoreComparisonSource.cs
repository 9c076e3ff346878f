using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Fields;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Repositories;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Comparison;

/// <summary>A side that is a store.</summary>
internal sealed class StoreComparisonSource(ICheckpointStore store, string? repositoryPath, string name) : CheckpointComparisonSource(name)
{
    private const int ProgressInterval = 4096;

    internal override async Task<ComparisonSide> ReadAsync(ComparisonReading reading, CancellationToken cancellationToken)
    {
        var sorter = new RowSorter(reading.Directory, reading.Options.Limits.MaxJsonDepth);
        var rows = new SpooledRows[RegistryFiles.Count];
        byte[] experiment;
        var snapshot = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            experiment = snapshot.Experiment.ToArray();
            foreach (var kind in Enum.GetValues<RegistryKind>())
            {
                rows[(int)kind] = await SpoolAsync(snapshot, kind, reading, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            rows[(int)kind] = await sorter.SortAsync(rows[(int)kind], cancellationToken).ConfigureAwait(false);
        }

        return new ComparisonSide(owned: null)
        {
            Name = Name,
            Experiment = experiment,
            ExperimentId = ComparisonSide.FindExperimentId(experiment, reading.Options.Limits),
            Rows = rows,
            Bundle = repositoryPath is null ? null : await BundleAsync(repositoryPath, reading, cancellationToken).ConfigureAwait(false),
        };
    }

    private static async Task<RepoBundle> BundleAsync(string repositoryPath, ComparisonReading reading, CancellationToken cancellationToken)
    {
        var path = reading.Directory.File("repo.bundle");
        var file = TemporaryDirectory.CreateFile(path, FileAccess.ReadWrite);
        await using (file.ConfigureAwait(false))
        {
            try
            {
                await GitBundle.CreateAsync(
                    repositoryPath,
                    file,
                    new GitBundleCreateOptions { Limits = reading.Options.Limits.ToGitLimits(), Progress = GitProgressRelay.To(reading.Options.Progress) },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (GitException failure)
            {
                throw failure.ToUnavailable();
            }

            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        return RepoBundle.FromFile(path);
    }

    private async Task<SpooledRows> SpoolAsync(
        IStoreSnapshot snapshot, RegistryKind kind, ComparisonReading reading, CancellationToken cancellationToken)
    {
        var limits = reading.Options.Limits;
        var scanner = new RowScanner(limits.MaxJsonDepth);
        var count = 0L;
        var writer = new RowSpoolWriter(kind, reading.Directory.File(RegistryFiles.FileName(kind)));
        await using (writer.ConfigureAwait(false))
        {
            await foreach (var row in snapshot.ReadRowsAsync(kind, cancellationToken).ConfigureAwait(false))
            {
                count++;
                await writer.AppendAsync(row, Key(scanner, kind, count, row, limits), cancellationToken).ConfigureAwait(false);
                if (count % ProgressInterval == 0)
                {
                    reading.Options.Progress?.Report(new CheckpointProgress(CheckpointPhase.Snapshot, count, null, $"{Name}: {RegistryFiles.FileName(kind)}"));
                }
            }

            return await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reports what of a store's rows cannot be compared; archives were verified before.</summary>
    private static ReadOnlyMemory<byte> Key(
        RowScanner scanner, RegistryKind kind, long number, ReadOnlyMemory<byte> row, CheckpointLimits limits)
    {
        if (row.Length > limits.MaxLineBytes)
        {
            throw Fault(CheckpointRule.Limit, null, $"the row is longer than {limits.MaxLineBytes} bytes");
        }

        scanner.Scan(row.Span, RecordShape.Empty);
        if (scanner.Faults.Count > 0)
        {
            throw Fault(CheckpointRule.Json, scanner.Faults[0].Field, scanner.Faults[0].Field is null ? $"the row {scanner.Faults[0].Message}" : scanner.Faults[0].Message);
        }

        try
        {
            return RowKey.Find(kind, row, limits.MaxJsonDepth);
        }
        catch (FormatException failure)
        {
            throw Fault(CheckpointRule.Record, null, failure.Message);
        }

        CheckpointInvalidException Fault(CheckpointRule rule, string? field, string message)
            => new(new CheckpointViolation(rule, RegistryFiles.FileName(kind), number, null, field, message));
    }
}
