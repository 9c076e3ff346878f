using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Shared;
using Npgsql;

namespace Eden.Checkpoint.Tests.Export;

/// <summary>A real server, a real smart-HTTP remote with Basic authentication, real git as the judge.</summary>
[TestFixture]
public class ExportEndToEndTests
{
    private static readonly RegistryKind[] s_kinds = Enum.GetValues<RegistryKind>();

    private TempFolder _folder = null!;
    private TempFolder _scratch = null!;
    private TempDatabase _database = null!;
    private GitHttpRemote _remote = null!;
    private SyntheticExperiment _experiment = null!;

    private string RemotePath => _folder["remote/experiment.git"];

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TempFolder();
        _scratch = new TempFolder();
        _database = await TempPostgres.CreateDatabaseAsync();
        _experiment = await SyntheticExperiment.CreateAsync(RemotePath, variants: 24);
        await _experiment.LoadAsync(_database.DataSource);
        _remote = await GitHttpRemote.StartAsync(_folder["remote"]);
        _remote.UserName = "eden";
        _remote.Password = "s3cret-in-the-helper";
        var helper = _folder["helper.sh"];
        await File.WriteAllTextAsync(helper, "#!/bin/sh\ncat > /dev/null\necho username=eden\necho password=s3cret-in-the-helper\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    [TearDown]
    public async Task TearDown()
    {
        Assert.That(Directory.EnumerateFileSystemEntries(_scratch.Path), Is.Empty, "temporary files were left");
        await _remote.DisposeAsync();
        await _database.DisposeAsync();
        _scratch.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task The_archive_holds_the_rows_byte_for_byte_and_a_bundle_that_git_restores()
    {
        var destination = new RecordingStream();

        var result = await Exporter().ExportAsync(destination, Options());

        var members = TarMembers.Read(destination.ToArray());
        foreach (var kind in s_kinds)
        {
            var name = kind.ToString().ToLowerInvariant();
            Assert.That(members[$"checkpoint/{name}.jsonl"], Is.EqualTo(_experiment.JsonLines(kind)), name);
            Assert.That(result.Manifest.Counts[kind], Is.EqualTo(_experiment[kind].Count), name);
        }

        Assert.That(Encoding.UTF8.GetString(members["checkpoint/experiment.json"]), Is.EqualTo(_experiment.ExperimentJson));
        Assert.That(result.IsResumable);
        Assert.That(result.CrossReferences.IsValid);
        await AssertBundleEqualsRemoteAsync(members["checkpoint/repo.bundle"]);
    }

    [Test]
    public async Task A_second_export_has_the_new_refs_and_not_the_deleted_one()
    {
        await GitCli.RunAsync(RemotePath, "branch", "extra/soon-gone", "main");
        await Exporter().ExportAsync(new RecordingStream(), Options());
        await GitCli.RunAsync(RemotePath, "branch", "-D", "extra/soon-gone");
        await CommitAsync("refs/heads/main", "moved on");
        await GitCli.RunAsync(RemotePath, "tag", "-a", "-m", "note", "v2", "main");

        var destination = new RecordingStream();
        await Exporter().ExportAsync(destination, Options());

        await AssertBundleEqualsRemoteAsync(TarMembers.Read(destination.ToArray())["checkpoint/repo.bundle"]);
    }

    [Test]
    public async Task What_writers_commit_during_the_export_is_not_in_it()
    {
        // A trigger of the test's own: while the snapshot is being read, another connection changes and adds rows and commits.
        var store = new InterferingStore(Store(), async () =>
        {
            await _database.ExecuteAsync("DELETE FROM event WHERE seq % 2 = 0");
            await _database.ExecuteAsync("UPDATE task SET data = '{}'");
            await _database.ExecuteAsync("UPDATE experiment SET state = 'terminated'");
        });
        var destination = new RecordingStream();

        await new CheckpointExporter(store, Provider()).ExportAsync(destination, Options());

        var members = TarMembers.Read(destination.ToArray());
        Assert.That(store.Interfered);
        foreach (var kind in s_kinds)
        {
            Assert.That(members[$"checkpoint/{kind.ToString().ToLowerInvariant()}.jsonl"], Is.EqualTo(_experiment.JsonLines(kind)), kind.ToString());
        }
    }

    [Test]
    public async Task The_provider_may_write_the_same_rows_because_the_snapshot_has_ended()
    {
        var calls = 0;
        var open = -1L;
        var provider = new DelegatingProvider(async (request, token) =>
        {
            calls++;
            open = await _database.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL");
            await using var connection = await _database.DataSource.OpenConnectionAsync(token);
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, token);
            await using var command = new NpgsqlCommand("SET LOCAL lock_timeout = '1s'; LOCK TABLE task, idea, variant, event IN ACCESS EXCLUSIVE MODE; UPDATE task SET data = '{}'; DELETE FROM event", connection, transaction);
            await command.ExecuteNonQueryAsync(token);
            await transaction.CommitAsync(token);
            return await Provider().CreateBundleAsync(request, token);
        });
        var destination = new RecordingStream();

        await new CheckpointExporter(Store(), provider).ExportAsync(destination, Options());

        Assert.That(calls, Is.EqualTo(1));
        Assert.That(open, Is.Zero, "the read transaction was still open while the bundle was made");
        Assert.That(TarMembers.Read(destination.ToArray())["checkpoint/tasks.jsonl"], Is.EqualTo(_experiment.JsonLines(RegistryKind.Tasks)));
    }

    [Test]
    public async Task A_branch_deleted_and_a_commit_moved_in_between_are_one_retryable_error_with_every_violation()
    {
        var lineage = _experiment.Lineage;
        var deleted = SyntheticLineage.WorkBranch(0);
        var moved = SyntheticLineage.WorkBranch(1);
        var provider = new DelegatingProvider(async (request, token) =>
        {
            await GitCli.RunAsync(RemotePath, "update-ref", "-d", $"refs/heads/{deleted}");
            await GitCli.RunAsync(RemotePath, "update-ref", $"refs/heads/{moved}", lineage.BaseCommit);
            return await Provider().CreateBundleAsync(request, token);
        });
        var destination = new RecordingStream();

        var failure = (await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(
            () => new CheckpointExporter(Store(), provider).ExportAsync(destination, Options())))!;

        Assert.Multiple(() =>
        {
            Assert.That(failure.IsRetryable);
            Assert.That(failure.InnerException, Is.InstanceOf<CheckpointInvalidException>());
            Assert.That(failure.Violations, Has.Some.Matches<CheckpointViolation>(v =>
                v!.Rule == CheckpointRule.BranchReference && v.Member == "variants.jsonl" && v.Line == 1 && v.Field == "branch" && v.ToString().Contains(deleted, StringComparison.Ordinal)));
            Assert.That(failure.Violations, Has.Some.Matches<CheckpointViolation>(v =>
                v!.Rule == CheckpointRule.CommitReference && v.Line == 1 && v.Field == "commit_sha" && v.ToString().Contains(lineage.WorkCommit(0), StringComparison.Ordinal)));
            Assert.That(failure.Violations, Has.Some.Matches<CheckpointViolation>(v =>
                v!.Line == 2 && v.Field == "commit_sha" && v.ToString().Contains(lineage.WorkCommit(1), StringComparison.Ordinal)));
            Assert.That(destination.BytesWritten, Is.Zero);
        });
    }

    [Test]
    public async Task A_remote_that_is_down_changes_nothing_at_construction_and_fails_the_export_without_a_file()
    {
        await _remote.DisposeAsync();
        var exporter = Exporter();
        Assert.That(Directory.Exists(_folder["clone.git"]), Is.False, "constructing must not contact or create anything");

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => exporter.ExportAsync(_folder["out.tar"], Options()));

        Assert.That(failure!.ProblemType, Is.EqualTo("eden://reference-error/checkpoint-repo-unavailable"));
        Assert.That(File.Exists(_folder["out.tar"]), Is.False);
        Assert.That(Directory.EnumerateFiles(_folder.Path, "*.tmp"), Is.Empty);
    }

    [Test]
    public async Task A_wrong_password_fails_the_export_and_is_not_told()
    {
        _remote.Password = "another";
        var destination = new RecordingStream();

        var failure = await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => Exporter().ExportAsync(destination, Options()));

        Assert.That(failure!.ToString(), Does.Not.Contain("s3cret"));
        Assert.That(destination.BytesWritten, Is.Zero);
    }

    [Test]
    public async Task A_remote_without_any_ref_is_an_error_and_never_the_placeholder()
    {
        await GitCli.RunAsync(_folder["remote"], "init", "-q", "--bare", "empty.git");
        var provider = new RemoteRepoBundleProvider(_folder["empty-clone.git"], _remote.Url("empty.git"), ProviderOptions());
        var destination = new RecordingStream();

        await Assert.ThrowsAsync<CheckpointRepoUnavailableException>(() => new CheckpointExporter(Store(), provider).ExportAsync(destination, Options()));
        Assert.That(destination.BytesWritten, Is.Zero);
    }

    [Test]
    public async Task A_local_repository_without_refs_gives_the_placeholder_with_a_warning()
    {
        await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", "bare.git");
        var destination = new RecordingStream();

        var result = await new CheckpointExporter(Store(), new LocalRepoBundleProvider(_folder["bare.git"])).ExportAsync(destination, Options());

        Assert.That(result.IsResumable, Is.False);
        Assert.That(result.Warnings.Messages(), Has.Some.Contains("not resumable"));
        Assert.That(TarMembers.Read(destination.ToArray())["checkpoint/repo.bundle"], Is.Empty);
    }

    [Test]
    public async Task A_full_disk_under_the_spool_or_the_destination_leaves_nothing()
    {
        var mount = Directory.CreateDirectory(_folder["small"]).FullName;
        await using var disk = await SmallDisk.MountAsync(mount, "48k");

        Assert.That(
            async () => await Exporter().ExportAsync(Path.Combine(mount, "out.tar"), Options()),
            Throws.InstanceOf<IOException>());
        Assert.That(Directory.EnumerateFileSystemEntries(mount), Is.Empty);

        Assert.That(
            async () => await Exporter().ExportAsync(_folder["out.tar"], Options() with { TemporaryDirectory = mount }),
            Throws.InstanceOf<IOException>().Or.InstanceOf<CheckpointRepoUnavailableException>());
        Assert.That(Directory.EnumerateFileSystemEntries(mount), Is.Empty);
        Assert.That(File.Exists(_folder["out.tar"]), Is.False);
    }

    [Test]
    public async Task Concurrent_exports_of_one_clone_all_succeed()
    {
        var exporter = Exporter();
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => exporter.ExportAsync(new RecordingStream(), Options())));

        Assert.That(results.Select(r => r.CrossReferences.RefCount).Distinct().Count(), Is.EqualTo(1));
        Assert.That(results.All(r => r.IsResumable));
    }

    private async Task AssertBundleEqualsRemoteAsync(byte[] bundle)
    {
        await File.WriteAllBytesAsync(_folder["restored.bundle"], bundle);
        var restored = _folder[$"restored-{Guid.NewGuid():N}.git"];
        await GitCli.RunAsync(_folder.Path, "clone", "-q", "--mirror", _folder["restored.bundle"], restored);
        await GitCli.RunAsync(restored, "fsck", "--full", "--strict");
        Assert.That(await RefsAsync(restored), Is.EqualTo(await RefsAsync(RemotePath)));

        static Task<string> RefsAsync(string repository) => GitCli.RunAsync(repository, "for-each-ref", "--format=%(objectname) %(refname)");
    }

    private async Task CommitAsync(string branch, string message)
    {
        var tree = await GitCli.RunAsync(RemotePath, "rev-parse", $"{branch}^{{tree}}");
        var commit = await GitCli.RunAsync(RemotePath, "commit-tree", tree, "-p", branch, "-m", message);
        await GitCli.RunAsync(RemotePath, "update-ref", branch, commit);
    }

    private PostgresCheckpointStore Store() => new(_database.DataSource);

    private RemoteRepoBundleProvider Provider() => new(_folder["clone.git"], _remote.Url("experiment.git"), ProviderOptions());

    private RemoteRepoBundleOptions ProviderOptions() => new()
    {
        Sync = new LocalCloneOptions { Credentials = new CredentialHelper(_folder["helper.sh"]) },
    };

    private CheckpointExporter Exporter() => new(Store(), Provider());

    private CheckpointExportOptions Options() => new() { TemporaryDirectory = _scratch.Path };

    private sealed class DelegatingProvider(Func<RepoBundleRequest, CancellationToken, Task<RepoBundle>> create) : IRepoBundleProvider
    {
        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default) => create(request, cancellationToken);
    }

    /// <summary>A store that lets others write once the first registry of its snapshot has been read.</summary>
    private sealed class InterferingStore(ICheckpointStore inner, Func<Task> interfere) : ICheckpointStore
    {
        public bool Interfered { get; private set; }

        public async Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default)
        {
            var snapshot = await inner.OpenSnapshotAsync(cancellationToken);
            await interfere();
            Interfered = true;
            return snapshot;
        }
    }
}
