using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.AspNetCore.Tests.Kit;

/// <summary>What a server needs around it: a real database with an experiment, a real smart-HTTP remote with its repository, a credential helper.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TempFolder _scratch = new();

    private Deployment(TempDatabase database, SyntheticExperiment experiment, GitHttpRemote remote)
    {
        Database = database;
        Experiment = experiment;
        Remote = remote;
    }

    public TempDatabase Database { get; }

    public SyntheticExperiment Experiment { get; }

    public GitHttpRemote Remote { get; private set; }

    public string Id => Experiment.ExperimentId;

    /// <summary>Gets where temporary files of exports and imports go; empty whenever none is under way.</summary>
    public string Scratch => _scratch.Path;

    public string RemoteUrl => Remote.Url("experiment.git");

    public string RepositoryPath => RemoteFolder("experiment.git");

    public string ClonePath => _folder["clone.git"];

    public string HelperPath => _folder["helper.sh"];

    public string this[string name] => _folder[name];

    public static async Task<Deployment> CreateAsync(int variants = 24)
    {
        var folder = new TempFolder();
        try
        {
            var database = await TempPostgres.CreateDatabaseAsync();
            var experiment = await SyntheticExperiment.CreateAsync(Path.Combine(folder.Path, "remote", "experiment.git"), variants);
            await experiment.LoadAsync(database.DataSource);
            var remote = await StartRemoteAsync(Path.Combine(folder.Path, "remote"));
            var deployment = new Deployment(database, experiment, remote) { RemoteRoot = folder };
            await File.WriteAllTextAsync(deployment.HelperPath, "#!/bin/sh\ncat > /dev/null\necho username=eden\necho password=s3cret-in-the-helper\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(deployment.HelperPath, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }

            return deployment;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private TempFolder RemoteRoot { get; init; } = null!;

    public string RemoteFolder(string name) => Path.Combine(RemoteRoot.Path, "remote", name);

    /// <summary>Makes an experiment of this deployment for a server.</summary>
    public CheckpointExperiment Served() => new(new PostgresCheckpointStore(Database.DataSource))
    {
        Bundles = new RemoteRepoBundleProvider(ClonePath, RemoteUrl, new RemoteRepoBundleOptions
        {
            Sync = new LocalCloneOptions { Credentials = new CredentialHelper(HelperPath) },
        }),
        WorkerCredentials = new PostgresWorkerCredentialHashes(Database.DataSource),
        RepositoryPath = ClonePath,
        Export = new CheckpointExportOptions { TemporaryDirectory = Scratch },
        Import = new CheckpointImportOptions { TemporaryDirectory = Scratch },
    };

    /// <summary>Takes the remote down; its address is refused from now on.</summary>
    public ValueTask StopRemoteAsync() => Remote.DisposeAsync();

    /// <summary>Counts the transactions that other connections hold open in the database.</summary>
    public Task<long> OpenTransactionsAsync() => Database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL");

    public void AssertNothingIsLeft()
        => Assert.That(Directory.EnumerateFileSystemEntries(Scratch), Is.Empty, "temporary files were left");

    public async ValueTask DisposeAsync()
    {
        await Remote.DisposeAsync();
        await Database.DisposeAsync();
        RemoteRoot.Dispose();
        _scratch.Dispose();
        _folder.Dispose();
    }

    private static async Task<GitHttpRemote> StartRemoteAsync(string root)
    {
        var remote = await GitHttpRemote.StartAsync(root);
        remote.UserName = "eden";
        remote.Password = "s3cret-in-the-helper";
        return remote;
    }
}
