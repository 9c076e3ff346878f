using System.Net;
using System.Text.Json;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Shared;
using Moq;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>The import over real Kestrel into a real, empty database.</summary>
[TestFixture]
public class ImportEndpointTests
{
    private const string ReceiverId = "exp_01hqs3m4n5p6q7r8s9t0v1w2xz";
    private const string OtherId = "exp_01hqs3m4n5p6q7r8s9t0v1w2xy";

    private Deployment _source = null!;
    private byte[] _archive = [];
    private TempFolder _folder = null!;
    private TempFolder _scratch = null!;
    private TempDatabase _database = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task MakeAnArchive()
    {
        _source = await Deployment.CreateAsync(variants: 12);
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(_source.Served()));
        _archive = await server.ExportedAsync(_source.Id);
    }

    [OneTimeTearDown]
    public ValueTask RemoveTheSource() => _source.DisposeAsync();

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TempFolder();
        _scratch = new TempFolder();
        _database = await TempPostgres.CreateDatabaseAsync();
        _server = await StartAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _server.DisposeAsync();
        Assert.That(Directory.EnumerateFileSystemEntries(_scratch.Path), Is.Empty, "temporary files were left");
        Assert.That(await OpenTransactionsAsync(), Is.Zero, "a transaction was left open");
        await _database.DisposeAsync();
        _scratch.Dispose();
        _folder.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_archive_is_imported_chunked_or_with_a_length_and_the_probe_tells_where_it_came_from(bool chunked)
    {
        using var answer = await _server.ImportAsync(new ByteArrayContent(_archive), "", request =>
        {
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.Add("X-Eden-Experiment-Id", ReceiverId);
        });

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        var body = await Json.ReadAsync(answer);
        Assert.That(body.EnumerateObject().Select(field => field.Name), Is.EqualTo(new[] { "experiment_id", "warnings" }));
        Assert.That(body.GetProperty("experiment_id").GetString(), Is.EqualTo(ReceiverId));
        Assert.That(Warnings(body), Has.Some.Contains("must be reissued"));

        using var probe = await _server.ReadAsync(ReceiverId);
        var origin = (await Json.ReadAsync(probe)).GetProperty("imported_from");
        Assert.That(origin.GetProperty("source_experiment_id").GetString(), Is.EqualTo(_source.Id));
        Assert.That(await CountAsync("variant"), Is.EqualTo(_source.Experiment[RegistryKind.Variants].Count));
    }

    [Test]
    public async Task Fresh_tokens_are_left_as_private_files_that_open_the_probe_and_nothing_else()
    {
        var directory = _folder["tokens"];
        await using var server = await StartAsync(options => options.CredentialsDirectory = directory, realCredentials: true);

        using var answer = await server.ImportAsync(new HandMadeArchive().Set("repo.bundle", "").ToTar());
        var body = await Json.ReadAsync(answer);

        Assert.That(Warnings(body), Has.Some.Contains(directory));
        var files = Directory.GetFiles(directory);
        Assert.That(files, Is.EquivalentTo(new[] { Path.Combine(directory, $"{HandMadeArchive.Ann}.token"), Path.Combine(directory, $"{HandMadeArchive.Bob}.token") }));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(files.Select(File.GetUnixFileMode), Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        var worker = Path.GetFileNameWithoutExtension(files[0]);
        var token = await File.ReadAllTextAsync(files[0]);
        Assert.That(token, Does.Match("^[0-9a-f]{64}$"));
        using var allowed = await server.ReadAsync(ReceiverId, request => request.Headers.Authorization = TestServer.Bearer(worker, token));
        Assert.That(allowed.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        using var export = await server.ExportAsync(ReceiverId, "", request => request.Headers.Authorization = TestServer.Bearer(worker, token));
        await Problem.ReadAsync(export, HttpStatusCode.Forbidden, "eden://error/forbidden");
        using var import = await server.ImportAsync(_archive, "", request => request.Headers.Authorization = TestServer.Bearer(worker, token));
        await Problem.ReadAsync(import, HttpStatusCode.Forbidden, "eden://error/forbidden");
        using var wrong = await server.ReadAsync(ReceiverId, request => request.Headers.Authorization = TestServer.Bearer(worker, new string('0', 64)));
        await Problem.ReadAsync(wrong, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
        Assert.That(server.Log.AllText, Does.Not.Contain(token));
        Assert.That(body.ToString(), Does.Not.Contain(token));
    }

    [Test]
    public async Task A_store_that_is_only_read_takes_no_import()
    {
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(new CheckpointExperiment(Mock.Of<ICheckpointStore>())));

        using var answer = await server.ImportAsync(_archive);

        await Problem.ReadAsync(answer, HttpStatusCode.Forbidden, "eden://error/forbidden");
    }

    [Test]
    public async Task A_credentials_directory_that_cannot_be_written_stops_the_import_before_it_begins()
    {
        await File.WriteAllTextAsync(_folder["occupied"], "a file");
        await using var server = await StartAsync(options => options.CredentialsDirectory = _folder["occupied"]);

        using var answer = await server.ImportAsync(_archive);

        await Problem.ReadAsync(answer, HttpStatusCode.InternalServerError, "eden://reference-error/internal");
        Assert.That(await _database.ScalarAsync<bool>("SELECT to_regclass('experiment') IS NULL"), Is.True);
    }

    [Test]
    public async Task The_same_archive_again_is_a_conflict_that_says_so()
    {
        using var first = await _server.ImportAsync(_archive);
        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.Created));

        using var second = await _server.ImportAsync(_archive);

        var problem = await Problem.ReadAsync(second, HttpStatusCode.Conflict, "eden://error/experiment-id-conflict");
        Assert.That(problem.Detail, Does.Contain("same archive"));
    }

    [Test]
    public async Task An_empty_upload_is_a_bad_request([Values("Content-Length: 0", "Transfer-Encoding: chunked", "X-None: 1")] string header)
    {
        using var client = await RawClient.ConnectAsync(_server.Address);
        await client.SendHeadAsync("POST", "/v0/checkpoints/import", header);
        if (header.StartsWith("Transfer", StringComparison.Ordinal))
        {
            await client.Stream.WriteAsync("0\r\n\r\n"u8.ToArray());
        }

        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 400 ").And.Contain("application/problem+json"));
        await _server.Log.WaitForAsync(4000);
        Assert.That(_server.Log.AllText, Does.Contain("eden://error/bad-request"));
    }

    [Test]
    public async Task What_is_no_archive_is_invalid()
    {
        using var answer = await _server.ImportAsync("this is not a tar"u8.ToArray());

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/checkpoint-invalid");
        Assert.That(problem.Document.GetProperty("total_violations").GetInt64(), Is.Positive);
    }

    [Test]
    public async Task A_broken_row_is_named_in_the_problem()
    {
        var archive = new HandMadeArchive().Set("repo.bundle", "").Row("tasks.jsonl", 2, row => row.Remove("payload")).ToTar();

        using var answer = await _server.ImportAsync(archive);

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/checkpoint-invalid");
        var violation = problem.Document.GetProperty("violations").EnumerateArray().First();
        Assert.That(violation.GetProperty("member").GetString(), Is.EqualTo("tasks.jsonl"));
        Assert.That(violation.GetProperty("line").GetInt64(), Is.EqualTo(2));
    }

    [Test]
    public async Task Rows_that_name_commits_of_another_repository_are_invalid_and_nothing_is_made_of_either()
    {
        await using var server = await StartAsync(null, ReceiverId, experiment => experiment with
        {
            Import = experiment.Import with { RepositoryPath = _folder["repo.git"] },
        });
        var archive = new HandMadeArchive().Set("repo.bundle", TarMembers.Read(_archive)["checkpoint/repo.bundle"]).ToTar();

        using var answer = await server.ImportAsync(archive);

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/checkpoint-invalid");
        Assert.That(problem.Document.GetProperty("violations").EnumerateArray().Select(violation => violation.GetProperty("rule").GetString()), Has.Some.EqualTo("commit-reference"));
        Assert.That(Path.Exists(_folder["repo.git"]), Is.False);
        Assert.That(await _database.ScalarAsync<bool>("SELECT to_regclass('experiment') IS NULL"), Is.True);
    }

    [TestCase("checkpoint_format_version", "2", "eden://error/unsupported-checkpoint-version")]
    [TestCase("spec_version", "v1", "eden://error/spec-version-mismatch")]
    public async Task Another_version_is_a_conflict(string key, string value, string type)
    {
        var archive = new HandMadeArchive().EditManifest(manifest => manifest[key] = value).ToTar();

        using var answer = await _server.ImportAsync(archive);

        await Problem.ReadAsync(answer, HttpStatusCode.Conflict, type);
    }

    [TestCase("", OtherId)]
    [TestCase("", "nonsense")]
    [TestCase("?as_experiment_id=" + OtherId, null)]
    [TestCase("?as_experiment_id=" + ReceiverId, OtherId)]
    public async Task Another_id_is_a_mismatch_before_a_byte_of_the_upload_is_read(string query, string? header)
    {
        // A receiver that has its experiment already, though nothing in it.
        await PostgresCheckpointSchema.EnsureCreatedAsync(_database.DataSource);
        await PostgresRows.InsertExperimentAsync(_database.DataSource, EmptyExperiment(ReceiverId));
        using var client = await RawClient.ConnectAsync(_server.Address);
        await client.SendHeadAsync(
            "POST", $"/v0/checkpoints/import{query}", "Content-Length: 1000000", "Expect: 100-continue", header is null ? "X-None: 1" : $"X-Eden-Experiment-Id: {header}");

        var head = await client.ReadHeadAsync();

        Assert.That(head, Does.StartWith("HTTP/1.1 400 "), "the server must not ask for the body with 100 Continue");
        Assert.That(_server.BodyReads, Is.Zero);
        await _server.Log.WaitForAsync(4000);
        Assert.That(_server.Log.AllText, Does.Contain("eden://error/experiment-id-mismatch"));
    }

    [Test]
    public async Task An_override_that_is_no_experiment_id_is_a_bad_request()
    {
        using var answer = await _server.ImportAsync(_archive, "?as_experiment_id=EXP_1");

        await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/bad-request");
        Assert.That(_server.BodyReads, Is.Zero);
    }

    [Test]
    public async Task An_override_pins_the_id_of_a_fresh_receiver()
    {
        await using var server = await StartAsync(null, null);

        using var answer = await server.ImportAsync(_archive, $"?as_experiment_id={OtherId}", request => request.Headers.Add("X-Eden-Experiment-Id", OtherId));

        Assert.That((await Json.ReadAsync(answer)).GetProperty("experiment_id").GetString(), Is.EqualTo(OtherId));
    }

    [Test]
    public async Task A_receiver_without_an_id_mints_one()
    {
        await using var server = await StartAsync(null, null);

        using var answer = await server.ImportAsync(_archive);

        var landed = (await Json.ReadAsync(answer)).GetProperty("experiment_id").GetString()!;
        Assert.That(landed, Does.Match("^exp_[0-9a-hjkmnp-tv-z]{26}$").And.Not.EqualTo(_source.Id));
        using var probe = await server.ReadAsync(landed);
        Assert.That((await Json.ReadAsync(probe)).GetProperty("imported_from").GetProperty("source_experiment_id").GetString(), Is.EqualTo(_source.Id));
    }

    [Test]
    public async Task A_header_cannot_name_an_id_that_is_yet_to_be_minted()
    {
        await using var server = await StartAsync(null, null);

        using var answer = await server.ImportAsync(_archive, "", request => request.Headers.Add("X-Eden-Experiment-Id", _source.Id));

        await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/experiment-id-mismatch");
        Assert.That(server.BodyReads, Is.Zero);
    }

    [Test]
    public async Task Nobody_imports_without_the_admins_bearer_and_no_byte_is_read()
    {
        using var none = await _server.ImportAsync(_archive, "", request => request.Headers.Authorization = TestServer.Bearer("admin", "wrong"));

        await Problem.ReadAsync(none, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
        Assert.That(_server.BodyReads, Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_upload_beyond_the_limit_is_refused(bool chunked)
    {
        await using var server = await StartAsync(options => options.MaxUploadBytes = 10_000);

        using var answer = await server.ImportAsync(new ByteArrayContent(_archive), "", request => request.Headers.TransferEncodingChunked = chunked);

        await Problem.ReadAsync(answer, HttpStatusCode.RequestEntityTooLarge, "eden://reference-error/upload-too-large");
    }

    [Test]
    public async Task An_upload_longer_than_the_servers_own_limit_is_taken_when_the_options_allow_it()
    {
        // Kestrel's own limit is 30,000,000 bytes; this one is turned down for what it is, not for its length.
        var archive = new byte[31_000_000];
        archive[0] = (byte)'x';

        using var answer = await _server.ImportAsync(archive);

        await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/checkpoint-invalid");
    }

    [Test]
    public async Task A_client_that_leaves_mid_upload_leaves_nothing([Values(true, false)] bool politely)
    {
        using var client = await RawClient.ConnectAsync(_server.Address);
        await client.SendHeadAsync("POST", "/v0/checkpoints/import", $"Content-Length: {_archive.Length}");
        await client.Stream.WriteAsync(_archive.AsMemory(0, _archive.Length / 2));
        if (politely)
        {
            client.Dispose();
        }
        else
        {
            client.Reset();
        }

        await _server.Log.WaitForAsync(4002);

        Assert.That(Directory.EnumerateFileSystemEntries(_scratch.Path), Is.Empty);
        Assert.That(await OpenTransactionsAsync(), Is.Zero);
        Assert.That(await _database.ScalarAsync<bool>("SELECT to_regclass('experiment') IS NULL"), Is.True, "nothing was to be made");
    }

    [Test]
    public async Task An_import_takes_place_while_another_experiment_is_being_downloaded()
    {
        var config = new byte[12 << 20];
        new Random(2).NextBytes(config);
        var source = _source.Served();
        await using var server = await StartAsync(options => options.Experiments.Insert(0, source with
        {
            ExperimentId = _source.Id,
            Export = source.Export with { ExperimentConfig = config },
        }));
        using var download = await server.ExportAsync(_source.Id);
        Assert.That(download.StatusCode, Is.EqualTo(HttpStatusCode.OK));

        using var unnamed = await server.ImportAsync(_archive);
        await Problem.ReadAsync(unnamed, HttpStatusCode.BadRequest, "eden://error/bad-request");
        using var import = await server.ImportAsync(_archive, $"?as_experiment_id={ReceiverId}");
        Assert.That((await Json.ReadAsync(import)).GetProperty("experiment_id").GetString(), Is.EqualTo(ReceiverId));

        var archive = await download.Content.ReadAsByteArrayAsync();
        Assert.That(TarMembers.Read(archive)["checkpoint/experiment-config.yaml"], Is.EqualTo(config));
    }

    [Test]
    public async Task The_repository_is_restored_with_no_remote_running()
    {
        await using var server = await StartAsync(null, ReceiverId, experiment => experiment with
        {
            RepositoryPath = _folder["repo.git"],
            Bundles = new LocalRepoBundleProvider(_folder["repo.git"]),
            Import = experiment.Import with { RepositoryPath = _folder["repo.git"] },
        });

        using var answer = await server.ImportAsync(_archive);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());

        Assert.That(await RefsAsync(_folder["repo.git"]), Is.EqualTo(await RefsAsync(_source.RepositoryPath)));
        Assert.That(TarMembers.Read(await server.ExportedAsync(ReceiverId))["checkpoint/repo.bundle"], Is.Not.Empty);
    }

    [Test]
    public async Task A_receiver_with_a_remote_of_its_own_pushes_there_and_exports_from_there_afterwards()
    {
        await GitCli.RunAsync(_source.RemoteFolder("."), "init", "-q", "--bare", "receiver.git");
        _source.Remote.ReceivePack = true;
        var remote = _source.Remote.Url("receiver.git");
        var credentials = new CredentialHelper(_source.HelperPath);
        await using var server = await StartAsync(null, ReceiverId, experiment => experiment with
        {
            Bundles = new RemoteRepoBundleProvider(_folder["repo.git"], remote, new RemoteRepoBundleOptions { Sync = new LocalCloneOptions { Credentials = credentials } }),
            Import = experiment.Import with { RepositoryPath = _folder["repo.git"], RemoteUrl = remote, Credentials = credentials },
        });

        using var answer = await server.ImportAsync(_archive);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        var archive = await server.ExportedAsync(ReceiverId);

        Assert.That(await RefsAsync(_source.RemoteFolder("receiver.git")), Is.EqualTo(await RefsAsync(_source.RepositoryPath)));
        var report = await new CheckpointVerifier(new CrossReferenceValidator()).VerifyAsync(new MemoryStream(archive));
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.HasBundle);
    }

    [Test]
    public async Task A_receiver_whose_server_has_made_its_clone_already_imports_and_exports_what_came([Values] bool asMirrorWithRefs)
    {
        var name = asMirrorWithRefs ? "seeded.git" : "fresh.git";
        await GitCli.RunAsync(_source.RemoteFolder("."), "init", "-q", "--bare", "--initial-branch=main", name);
        if (asMirrorWithRefs)
        {
            var seed = await GitCli.RunAsync(_source.RemoteFolder(name), "commit-tree", await GitCli.RunAsync(_source.RemoteFolder(name), "mktree"), "-m", "seed");
            await GitCli.RunAsync(_source.RemoteFolder(name), "update-ref", "refs/heads/main", seed);
        }

        _source.Remote.ReceivePack = true;
        var remote = _source.Remote.Url(name);
        var credentials = new CredentialHelper(_source.HelperPath);
        await PostgresCheckpointSchema.EnsureCreatedAsync(_database.DataSource);
        await PostgresRows.InsertExperimentAsync(_database.DataSource, EmptyExperiment(ReceiverId));
        await using var server = await StartAsync(null, ReceiverId, experiment => experiment with
        {
            Bundles = new RemoteRepoBundleProvider(_folder["repo.git"], remote, new RemoteRepoBundleOptions { Sync = new LocalCloneOptions { Credentials = credentials } }),
            Import = experiment.Import with { RepositoryPath = _folder["repo.git"], RemoteUrl = remote, Credentials = credentials },
        });
        using (var early = await server.ExportAsync(ReceiverId))
        {
            Assert.That(early.StatusCode, Is.EqualTo(asMirrorWithRefs ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable), "a remote without refs has nothing to bundle, but it is cloned");
            await early.Content.ReadAsByteArrayAsync();
        }

        Assert.That(Directory.Exists(_folder["repo.git"]), "the server's own clone");

        using var answer = await server.ImportAsync(_archive);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        Assert.That(await RefsAsync(_folder["repo.git"]), Is.EqualTo(await RefsAsync(_source.RepositoryPath)));
        if (!asMirrorWithRefs)
        {
            var report = await new CheckpointVerifier().VerifyAsync(new MemoryStream(await server.ExportedAsync(ReceiverId)));
            Assert.That((report.IsValid, report.HasBundle), Is.EqualTo((true, true)), string.Join('\n', report.Violations));
        }
    }

    [TestCase("file")]
    [TestCase("folder")]
    [TestCase("repository")]
    [TestCase("file in the way")]
    public async Task Whatever_is_at_the_repository_path_the_problem_has_a_type_and_says_what_to_do(string what)
    {
        var path = what == "file in the way" ? _folder["place/repo.git"] : _folder["repo.git"];
        switch (what)
        {
            case "file":
                await File.WriteAllTextAsync(path, "mine");
                break;
            case "file in the way":
                await File.WriteAllTextAsync(_folder["place"], "mine");
                break;
            case "folder":
                await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(path).FullName, "mine"), "mine");
                break;
            default:
                await GitCli.RunAsync(_folder.Path, "init", "-q", "--bare", path);
                break;
        }

        await using var server = await StartAsync(null, ReceiverId, experiment => experiment with { Import = experiment.Import with { RepositoryPath = path } });

        using var answer = await server.ImportAsync(_archive);

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.Conflict, "eden://error/experiment-id-conflict");
        Assert.That(problem.Detail, Does.Contain(path).And.Contain("repository path").And.Contain("Move away"));
        Assert.That(await _database.ScalarAsync<long>("SELECT count(*) FROM experiment WHERE imported_from IS NOT NULL"), Is.Zero);
    }

    [Test]
    public async Task With_its_remote_down_a_receiver_imports_all_the_same_says_how_to_finish_and_loses_no_ref_when_an_empty_remote_comes_up()
    {
        var credentials = new CredentialHelper(_source.HelperPath);
        await GitCli.RunAsync(_source.RemoteFolder("."), "init", "-q", "--bare", "empty.git");
        var remote = _source.Remote.Url("empty.git");
        _source.Remote.Fault = GitHttpFault.ServerError;
        try
        {
            await using var server = await StartAsync(null, ReceiverId, experiment => experiment with
            {
                Bundles = new RemoteRepoBundleProvider(_folder["repo.git"], remote, new RemoteRepoBundleOptions { Sync = new LocalCloneOptions { Credentials = credentials } }),
                Import = experiment.Import with { RepositoryPath = _folder["repo.git"], RemoteUrl = remote, Credentials = credentials },
            });

            using var answer = await server.ImportAsync(_archive);
            var body = await Json.ReadAsync(answer);
            Assert.That(Warnings(body), Has.Some.Contains($"git -C {_folder["repo.git"]} push {remote} "));

            _source.Remote.Fault = GitHttpFault.None;
            using var export = await server.ExportAsync(ReceiverId);
            var problem = await Problem.ReadAsync(export, HttpStatusCode.ServiceUnavailable, "eden://reference-error/checkpoint-repo-unavailable");
            Assert.That(problem.Detail, Does.Contain($"git -C {_folder["repo.git"]} push {remote} "));
            Assert.That(export.Headers.RetryAfter, Is.Null, "waiting does not push it");
            Assert.That(await RefsAsync(_folder["repo.git"]), Is.EqualTo(await RefsAsync(_source.RepositoryPath)));
        }
        finally
        {
            _source.Remote.Fault = GitHttpFault.None;
        }
    }

    [Test]
    public async Task A_receiver_that_finishes_pushes_exports_as_soon_as_its_remote_is_up()
    {
        var credentials = new CredentialHelper(_source.HelperPath);
        await GitCli.RunAsync(_source.RemoteFolder("."), "init", "-q", "--bare", "later.git");
        _source.Remote.ReceivePack = true;
        var remote = _source.Remote.Url("later.git");
        _source.Remote.Fault = GitHttpFault.ServerError;
        try
        {
            var sync = new LocalCloneOptions { Credentials = credentials, FinishPush = true };
            await using var server = await StartAsync(null, ReceiverId, experiment => experiment with
            {
                Bundles = new RemoteRepoBundleProvider(_folder["repo.git"], remote, new RemoteRepoBundleOptions { Sync = sync }),
                Import = experiment.Import with { RepositoryPath = _folder["repo.git"], RemoteUrl = remote, Credentials = credentials },
            });
            using var imported = await server.ImportAsync(_archive);
            Assert.That(imported.StatusCode, Is.EqualTo(HttpStatusCode.Created));
            using var early = await server.ExportAsync(ReceiverId);
            Assert.That((early.StatusCode, early.Headers.RetryAfter is not null), Is.EqualTo((HttpStatusCode.ServiceUnavailable, true)));

            _source.Remote.Fault = GitHttpFault.None;
            var archive = await server.ExportedAsync(ReceiverId);

            Assert.That(await RefsAsync(_source.RemoteFolder("later.git")), Is.EqualTo(await RefsAsync(_source.RepositoryPath)));
            var report = await new CheckpointVerifier().VerifyAsync(new MemoryStream(archive));
            Assert.That((report.TotalViolations, report.HasBundle), Is.EqualTo((0L, true)));
        }
        finally
        {
            _source.Remote.Fault = GitHttpFault.None;
        }
    }

    private static Task<string> RefsAsync(string repository) => GitCli.RunAsync(repository, "for-each-ref", "--format=%(objectname) %(refname)");

    private static string[] Warnings(JsonElement body) => [.. body.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!)];

    private static string EmptyExperiment(string id)
        => $$$"""{"experiment_id":"{{{id}}}","state":"running","created_at":"2026-05-01T00:00:00Z","dispatch_mode":{"ideation_creation":"auto","execution_dispatch":"auto","evaluation_dispatch":"auto","integration":"auto"}}""";

    private Task<TestServer> StartAsync(
        Action<EdenCheckpointOptions>? configure = null, string? experimentId = ReceiverId, Func<CheckpointExperiment, CheckpointExperiment>? change = null, bool realCredentials = false)
        => TestServer.StartAsync(options =>
        {
            var experiment = new CheckpointExperiment(new PostgresCheckpointStore(_database.DataSource))
            {
                ExperimentId = experimentId,
                WorkerCredentials = new PostgresWorkerCredentialHashes(_database.DataSource),
                Export = new CheckpointExportOptions { TemporaryDirectory = _scratch.Path },
                Import = new CheckpointImportOptions { TemporaryDirectory = _scratch.Path },
                Importer = realCredentials ? null : new CheckpointImporter(new PostgresCheckpointStore(_database.DataSource), new QuickIssuer()),
            };
            options.Experiments.Add(change is null ? experiment : change(experiment));
            configure?.Invoke(options);
        });

    private Task<long> OpenTransactionsAsync() => _database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL");

    private Task<long> CountAsync(string table) => _database.ScalarAsync<long>($"SELECT count(*) FROM {table}");

    /// <summary>Makes credentials that cost nothing: argon2id for every worker of every test would take minutes.</summary>
    private sealed class QuickIssuer : IWorkerCredentialIssuer
    {
        public Task<WorkerCredential> IssueAsync(string workerId, CancellationToken cancellationToken = default)
            => Task.FromResult(new WorkerCredential(workerId, new string('1', 64), "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"));
    }
}
