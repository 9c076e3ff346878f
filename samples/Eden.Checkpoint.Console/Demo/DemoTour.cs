using Eden.Checkpoint.ConsoleHost.Inspection;
using Eden.Checkpoint.ConsoleHost.Output;

namespace Eden.Checkpoint.ConsoleHost.Demo;

/// <summary>The stops of the demo, in order. Each one checks that what it shows is what happened.</summary>
/// <param name="terminal">Where it is shown.</param>
/// <param name="work">A temporary directory, removed by the caller.</param>
/// <param name="output">Where the archive goes.</param>
internal sealed class DemoTour(Terminal terminal, string work, string output)
{
    public const string ArchiveName = "demo-checkpoint.tar";

    private readonly string _remotePath = Path.Combine(work, "remote.git");
    private readonly string _archivePath = Path.Combine(output, ArchiveName);
    private int _stop;

    public async Task RunAsync(int variants, CancellationToken cancellationToken)
    {
        using var remote = DemoRepository.Create(_remotePath);
        var experiment = DemoExperiment.Create(remote, variants);
        var store = InMemory(experiment);
        Heading("An experiment and its git remote of record");
        terminal.Line($"{experiment.Id} “Faster solve”: {Quantity.Of(variants, "variant", "variants")}, {Quantity.Of(experiment.Rows(RegistryKind.Tasks).Count, "task", "tasks")}, {Quantity.Of(experiment.Rows(RegistryKind.Events).Count, "event", "events")} in an in-memory store");
        terminal.Line($"a bare git repository with {Quantity.Of(remote.RefCount, "ref", "refs")}, written without a git binary");

        IRepoBundleProvider bundles = new RemoteRepoBundleProvider(Path.Combine(work, "clone.git"), _remotePath);
        await ExportAsync(store, bundles, experiment, cancellationToken).ConfigureAwait(false);
        await VerifyAsync(cancellationToken).ConfigureAwait(false);
        await DrawLineageAsync(cancellationToken).ConfigureAwait(false);
        await LoseRemoteAsync(store, bundles, cancellationToken).ConfigureAwait(false);
        await DeleteBranchAsync(remote, experiment, store, bundles, cancellationToken).ConfigureAwait(false);
        await ImportAsync(experiment, cancellationToken).ConfigureAwait(false);
    }

    private static InMemoryCheckpointStore InMemory(DemoExperiment experiment)
    {
        var store = new InMemoryCheckpointStore(experiment.Record.ToJsonString());
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            foreach (var row in experiment.Rows(kind))
            {
                if (kind == RegistryKind.Events)
                {
                    store.Append(row.ToJsonString());
                }
                else
                {
                    store.Put(kind, row.ToJsonString());
                }
            }
        }

        return store;
    }

    private async Task ExportAsync(
        InMemoryCheckpointStore store, IRepoBundleProvider bundles, DemoExperiment experiment, CancellationToken cancellationToken)
    {
        Heading("Export: snapshot the rows, sync the clone, bundle it, check it, write the archive");
        var result = await ProgressDisplay.RunAsync(
            terminal,
            progress => new CheckpointExporter(store, bundles).ExportAsync(
                _archivePath,
                new CheckpointExportOptions { ExperimentConfig = DemoExperiment.Config, ExperimentId = experiment.Id, Progress = progress },
                cancellationToken)).ConfigureAwait(false);
        ArchiveTable.Write(terminal, MemberLine.Of(result), result.ArchiveBytes);
        terminal.Line($"snapshot held for {Quantity.Milliseconds(result.Timings.Snapshot)}, sync and bundle {Quantity.Milliseconds(result.Timings.Bundle)}, checks {Quantity.Milliseconds(result.Timings.Validate)}, archive {Quantity.Milliseconds(result.Timings.Archive)}");
    }

    private async Task VerifyAsync(CancellationToken cancellationToken)
    {
        Heading("Verify: what an importer would check, without a target");
        var archive = File.OpenRead(_archivePath);
        await using (archive.ConfigureAwait(false))
        {
            var report = await new CheckpointVerifier().VerifyAsync(archive, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (!report.IsValid || !report.IsResumable)
            {
                report.ThrowIfInvalid();
                throw new InvalidOperationException("The archive that was just written is not resumable.");
            }

            terminal.MarkupLine("[green]valid, resumable[/]");
            if (report.CrossReferences is { } references)
            {
                terminal.Line($"every branch and commit that the rows name is in the bundle: {Quantity.Of(references.RefCount, "ref", "refs")}, {Quantity.Of(references.ObjectCount, "object", "objects")}, {Quantity.Of(references.ReachableCommitCount, "commit", "commits")}");
            }
        }
    }

    private async Task DrawLineageAsync(CancellationToken cancellationToken)
    {
        Heading("Lineage of the variants, read from the archive");
        var archive = File.OpenRead(_archivePath);
        await using (archive.ConfigureAwait(false))
        {
            var inspection = await new ArchiveInspector(CheckpointLimits.Default).InspectAsync(archive, cancellationToken).ConfigureAwait(false);
            LineageTree.Write(terminal, inspection.Lineage);
        }
    }

    private async Task LoseRemoteAsync(InMemoryCheckpointStore store, IRepoBundleProvider bundles, CancellationToken cancellationToken)
    {
        Heading("The remote is gone: a loud error, and no file");
        var away = $"{_remotePath}.away";
        Directory.Move(_remotePath, away);
        try
        {
            await FailAsync("remote-gone.tar", store, bundles, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Directory.Move(away, _remotePath);
        }
    }

    private async Task DeleteBranchAsync(
        DemoRepository remote, DemoExperiment experiment, InMemoryCheckpointStore store, IRepoBundleProvider bundles, CancellationToken cancellationToken)
    {
        Heading("A branch is deleted between snapshot and bundle: caught before the first byte");
        var (branch, commit) = experiment.SomeBranch;
        terminal.Line($"deleting {branch} in the remote once the snapshot has ended");
        await FailAsync(
            "branch-deleted.tar", store, new BranchDeletingProvider(bundles, () => remote.DeleteBranch(branch)), cancellationToken).ConfigureAwait(false);

        remote.RestoreBranch(branch, commit);
        var result = await new CheckpointExporter(store, bundles).ExportAsync(
            Path.Combine(work, "again.tar"), cancellationToken: cancellationToken).ConfigureAwait(false);
        terminal.MarkupLine($"[green]the branch is back; the same export succeeds: {Quantity.Of(result.ArchiveBytes)} bytes[/]");
        terminal.Line();
    }

    private async Task ImportAsync(DemoExperiment experiment, CancellationToken cancellationToken)
    {
        Heading("Import into a second deployment, and compare object by object");
        var receiver = new InMemoryCheckpointStore($$"""{"experiment_id":"{{DemoIds.Receiver}}","state":"running","created_at":"2026-05-02T00:00:00Z"}""");
        var repository = Path.Combine(work, "receiver.git");
        var archive = File.OpenRead(_archivePath);
        await using (archive.ConfigureAwait(false))
        {
            var result = await ProgressDisplay.RunAsync(
                terminal,
                progress => new CheckpointImporter(receiver).ImportAsync(
                    archive, new CheckpointImportOptions { RepositoryPath = repository, Progress = progress }, cancellationToken)).ConfigureAwait(false);
            terminal.Line($"{experiment.Id} landed as {result.ExperimentId}; its repository was restored, {Quantity.Of(result.Credentials.Count, "worker", "workers")} got fresh credentials, reverted claims: {Quantity.Of(result.RevertedClaims)}");
        }

        var comparison = await new CheckpointComparer().CompareAsync(
            CheckpointComparisonSource.FromArchive(_archivePath, "archive"),
            CheckpointComparisonSource.FromStore(receiver, repository, "receiver"),
            new CheckpointComparisonOptions { RightImportedFromLeft = true },
            cancellationToken).ConfigureAwait(false);
        ComparisonText.Write(terminal, comparison);
        if (!comparison.IsEqual)
        {
            throw new InvalidOperationException("What was imported differs from the archive.");
        }
    }

    private async Task FailAsync(string name, InMemoryCheckpointStore store, IRepoBundleProvider bundles, CancellationToken cancellationToken)
    {
        var path = Path.Combine(work, name);
        try
        {
            await new CheckpointExporter(store, bundles).ExportAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (CheckpointRepoUnavailableException unavailable)
        {
            terminal.MarkupLine($"[red]{unavailable.ProblemType}[/]{(unavailable.IsRetryable ? " (retryable)" : "")}");
            terminal.Line($"  {Printable.Of(unavailable.Message)}");
            Failure.PrintViolations(terminal.Line, unavailable.Violations, unavailable.TotalViolations);
            terminal.Line(File.Exists(path)
                ? throw new InvalidOperationException("A failed export left a file behind.")
                : $"{name} was not written");
            return;
        }

        throw new InvalidOperationException("An export succeeded that cannot have.");
    }

    private void Heading(string text)
    {
        _stop++;
        if (_stop > 1)
        {
            terminal.Line();
        }

        terminal.MarkupLine($"[bold]{_stop}. {text}[/]");
    }
}
