using System.Net;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Moq;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>The export over real Kestrel, from a real database and a real smart-HTTP remote.</summary>
[TestFixture]
public class ExportEndpointTests
{
    private const string RepoUnavailable = "eden://reference-error/checkpoint-repo-unavailable";

    private Deployment _deployment = null!;
    private TestServer _server = null!;

    private string Id => _deployment.Id;

    [SetUp]
    public async Task SetUp()
    {
        _deployment = await Deployment.CreateAsync();
        _server = await TestServer.StartAsync(options => options.Experiments.Add(_deployment.Served()));
    }

    [TearDown]
    public async Task TearDown()
    {
        await _server.DisposeAsync();
        _deployment.AssertNothingIsLeft();
        Assert.That(await _deployment.OpenTransactionsAsync(), Is.Zero, "a transaction was left open");
        await _deployment.DisposeAsync();
    }

    [Test]
    public async Task The_archive_comes_streamed_with_its_media_type_and_a_file_name_and_verifies_as_resumable()
    {
        Assert.That(_deployment.Remote.Requests, Is.Zero, "the start contacted the remote");

        using var answer = await _server.ExportAsync(Id, "?format_version=1", request => request.Headers.Add("X-Eden-Experiment-Id", Id));
        var archive = await answer.Content.ReadAsByteArrayAsync();

        Assert.Multiple(() =>
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/x-eden-checkpoint+tar"));
            Assert.That(answer.Content.Headers.ContentDisposition!.DispositionType, Is.EqualTo("attachment"));
            Assert.That(answer.Content.Headers.ContentDisposition.FileName, Does.StartWith(Id).And.EndWith(".tar"));
            Assert.That(answer.Headers.TransferEncodingChunked, Is.True);
        });
        var report = await new CheckpointVerifier(new CrossReferenceValidator()).VerifyAsync(new MemoryStream(archive));
        Assert.That(report.Violations, Is.Empty);
        Assert.That(TarMembers.Read(archive)["checkpoint/tasks.jsonl"], Is.EqualTo(_deployment.Experiment.JsonLines(RegistryKind.Tasks)));
        Assert.That(TarMembers.Read(archive)["checkpoint/repo.bundle"], Is.Not.Empty);
    }

    [TestCase("?format_version=2")]
    [TestCase("?format_version=")]
    [TestCase("?format_version=1&format_version=1")]
    public async Task Another_format_version_is_a_bad_request_and_nothing_is_read(string query)
    {
        using var answer = await _server.ExportAsync(Id, query);

        await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/bad-request");
        Assert.That(_deployment.Remote.Requests, Is.Zero);
    }

    [TestCase("exp_01hqs3m4n5p6q7r8s9t0v1w2x9")]
    [TestCase("nonsense")]
    public async Task A_header_that_names_another_experiment_is_a_mismatch(string header)
    {
        using var answer = await _server.ExportAsync(Id, "", request => request.Headers.Add("X-Eden-Experiment-Id", header));

        await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/experiment-id-mismatch");
    }

    [Test]
    public async Task An_unknown_experiment_is_not_found_but_only_for_those_who_may_ask()
    {
        using var found = await _server.ExportAsync("exp_01hqs3m4n5p6q7r8s9t0v1w2x9");
        await Problem.ReadAsync(found, HttpStatusCode.NotFound, "eden://error/not-found");

        using var hidden = await _server.ExportAsync("exp_01hqs3m4n5p6q7r8s9t0v1w2x9", "", request => request.Headers.Authorization = TestServer.Bearer("admin", "wrong"));
        await Problem.ReadAsync(hidden, HttpStatusCode.Unauthorized, "eden://error/unauthorized");
    }

    [Test]
    public async Task A_remote_that_is_down_is_a_clean_problem_with_retry_after()
    {
        await _deployment.StopRemoteAsync();

        using var answer = await _server.ExportAsync(Id);

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.ServiceUnavailable, RepoUnavailable);
        Assert.That(answer.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(problem.Document.ToString(), Does.Not.Contain("s3cret"));
    }

    [Test]
    public async Task Retry_after_is_told_in_whole_seconds_as_configured_and_where_a_retry_helps_only()
    {
        _deployment.Remote.Fault = GitHttpFault.ServerError;
        await using var server = await TestServer.StartAsync(options =>
        {
            options.RetryAfter = TimeSpan.FromSeconds(90.5);
            options.Experiments.Add(_deployment.Served());
        });

        using var down = await server.ExportAsync(Id);
        using var bad = await server.ExportAsync(Id, "?format_version=2");

        Assert.That(down.Headers.GetValues("Retry-After"), Is.EqualTo(new[] { "91" }));
        Assert.That(bad.Headers.RetryAfter, Is.Null);
    }

    [Test]
    public async Task A_repository_that_somebody_must_repair_is_unavailable_without_retry_after()
    {
        await using var server = await TestServer.StartAsync(
            options => options.Experiments.Add(_deployment.Served() with { Bundles = new LocalRepoBundleProvider(Path.GetTempPath()) }));

        using var answer = await server.ExportAsync(Id);

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.ServiceUnavailable, RepoUnavailable);
        Assert.That(problem.Detail, Does.Contain("not a git repository"));
        Assert.That(answer.Headers.RetryAfter, Is.Null);
    }

    [Test]
    public async Task What_the_git_host_says_about_trying_again_is_passed_on()
    {
        var bundles = new Mock<IRepoBundleProvider>();
        bundles.Setup(provider => provider.CreateBundleAsync(It.IsAny<RepoBundleRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new CheckpointRepoUnavailableException("The git host is busy.") { RetryAfter = TimeSpan.FromSeconds(6.5) });
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(_deployment.Served() with { Bundles = bundles.Object }));

        using var answer = await server.ExportAsync(Id);

        await Problem.ReadAsync(answer, HttpStatusCode.ServiceUnavailable, RepoUnavailable);
        Assert.That(answer.Headers.GetValues("Retry-After"), Is.EqualTo(new[] { "7" }));
    }

    [Test]
    public async Task A_server_started_while_the_remote_is_down_exports_as_soon_as_it_is_back()
    {
        _deployment.Remote.Fault = GitHttpFault.ServerError;
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(_deployment.Served()));
        Assert.That(_deployment.Remote.Requests, Is.Zero, "the start contacted the remote");

        using var down = await server.ExportAsync(Id);
        await Problem.ReadAsync(down, HttpStatusCode.ServiceUnavailable, RepoUnavailable);

        _deployment.Remote.Fault = GitHttpFault.None;
        Assert.That(await server.ExportedAsync(Id), Is.Not.Empty);
    }

    [Test]
    public async Task A_remote_repository_that_was_made_anew_is_exported_as_it_is_now()
    {
        await _server.ExportedAsync(Id);
        var saved = _deployment.RemoteFolder("saved.git");
        await GitCli.RunAsync(_deployment.RemoteFolder("."), "clone", "-q", "--mirror", "experiment.git", "saved.git");
        Directory.Delete(_deployment.RepositoryPath, recursive: true);
        using (var gone = await _server.ExportAsync(Id))
        {
            await Problem.ReadAsync(gone, HttpStatusCode.ServiceUnavailable, RepoUnavailable);
        }

        await GitCli.RunAsync(saved, "branch", "extra/anew", "main");
        Directory.Move(saved, _deployment.RepositoryPath);

        var archive = await _server.ExportedAsync(Id);

        var bundle = TarMembers.Read(archive)["checkpoint/repo.bundle"];
        var header = await GitBundle.ReadHeaderAsync(new MemoryStream(bundle));
        Assert.That(header.Refs.Select(reference => reference.Name), Has.Member("refs/heads/extra/anew"));
    }

    [Test]
    public async Task A_branch_that_is_gone_is_retryable_and_every_violation_is_listed()
    {
        await GitCli.RunAsync(_deployment.RepositoryPath, "update-ref", "-d", $"refs/heads/{SyntheticLineage.WorkBranch(0)}");

        using var answer = await _server.ExportAsync(Id);

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.ServiceUnavailable, RepoUnavailable);
        var violations = problem.Document.GetProperty("violations").EnumerateArray().ToArray();
        Assert.That(problem.Document.GetProperty("total_violations").GetInt64(), Is.EqualTo(violations.Length));
        Assert.That(violations.Select(violation => violation.GetProperty("rule").GetString()), Has.Some.EqualTo("branch-reference"));
        Assert.That(violations[0].GetProperty("member").GetString(), Is.EqualTo("variants.jsonl"));
        Assert.That(violations[0].GetProperty("line").GetInt64(), Is.EqualTo(1));
    }

    [Test]
    public async Task Rows_that_break_the_format_are_invalid_and_the_list_is_capped_while_the_total_is_told()
    {
        await _deployment.Database.ExecuteAsync("UPDATE task SET data = '{}'");
        await using var server = await TestServer.StartAsync(options =>
        {
            options.MaxProblemViolations = 3;
            options.Experiments.Add(_deployment.Served());
        });

        using var answer = await server.ExportAsync(Id);

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.BadRequest, "eden://error/checkpoint-invalid");
        Assert.That(problem.Document.GetProperty("violations").GetArrayLength(), Is.EqualTo(3));
        Assert.That(problem.Document.GetProperty("total_violations").GetInt64(), Is.GreaterThan(3));
    }

    [Test]
    public async Task A_failure_of_another_kind_is_a_server_error_without_details()
    {
        await _deployment.Database.ExecuteAsync("ALTER TABLE idea RENAME TO a_secret_name");

        using var answer = await _server.ExportAsync(Id);

        var problem = await Problem.ReadAsync(answer, HttpStatusCode.InternalServerError, "eden://reference-error/internal");
        Assert.That(problem.Document.ToString(), Does.Not.Contain("idea").And.Not.Contain("relation"));
        Assert.That(_server.Log.AllText, Does.Contain("42P01"), "the log must have the cause");
    }

    [Test]
    public async Task With_a_slow_client_the_transaction_has_ended_before_the_first_body_byte()
    {
        await using var server = await StartWithLargeArchiveAsync();
        using var client = await RawClient.ConnectAsync(server.Address);
        await client.SendHeadAsync("POST", $"/v0/experiments/{Id}/checkpoint", "Content-Length: 0");

        var head = await client.ReadHeadAsync();
        var first = await client.Stream.ReadAsync(new byte[1]);
        var open = await _deployment.OpenTransactionsAsync();

        Assert.That(head, Does.StartWith("HTTP/1.1 200 "));
        Assert.That(first, Is.EqualTo(1));
        Assert.That(open, Is.Zero);
        Assert.That(Directory.EnumerateFileSystemEntries(_deployment.Scratch), Is.Not.Empty, "the archive was too small for the test: it is all in the sockets' buffers");
        client.Reset();
        await server.Log.WaitForAsync(4002);
        _deployment.AssertNothingIsLeft();
    }

    [Test]
    public async Task A_client_that_leaves_mid_download_leaves_nothing_and_does_not_count_as_served([Values("reset", "half-closed")] string how)
    {
        await using var server = await StartWithLargeArchiveAsync();
        using var client = await RawClient.ConnectAsync(server.Address);
        await client.SendHeadAsync("POST", $"/v0/experiments/{Id}/checkpoint", "Content-Length: 0");
        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 200 "));
        Assert.That(await client.Stream.ReadAsync(new byte[1]), Is.EqualTo(1));

        if (how == "reset")
        {
            client.Reset();
        }
        else
        {
            client.HalfClose();
        }

        await server.Log.WaitForAsync(4002);
        _deployment.AssertNothingIsLeft();
        Assert.That(server.Log.Entries.Select(entry => entry.Event), Has.None.EqualTo(1000), "nobody got the archive");
        Assert.That(await _deployment.OpenTransactionsAsync(), Is.Zero);
    }

    [Test]
    public async Task A_host_that_stops_at_once_aborts_a_download_and_leaves_nothing()
    {
        await using var server = await StartWithLargeArchiveAsync();
        using var client = await RawClient.ConnectAsync(server.Address);
        await client.SendHeadAsync("POST", $"/v0/experiments/{Id}/checkpoint", "Content-Length: 0");
        Assert.That(await client.ReadHeadAsync(), Does.StartWith("HTTP/1.1 200 "));
        Assert.That(await client.Stream.ReadAsync(new byte[1]), Is.EqualTo(1));

        await server.StopAsync(new CancellationToken(true));

        await server.Log.WaitForAsync(4002);
        _deployment.AssertNothingIsLeft();
        Assert.That(server.Log.Entries.Select(entry => entry.Event), Has.None.EqualTo(1000));
    }

    [Test]
    public async Task A_client_that_leaves_while_the_bundle_is_made_ends_the_export()
    {
        _deployment.Remote.Fault = GitHttpFault.Hang;
        var asked = new TaskCompletionSource();
        _deployment.Remote.OnRequest = _ =>
        {
            asked.TrySetResult();
            return Task.CompletedTask;
        };
        using var client = await RawClient.ConnectAsync(_server.Address);
        await client.SendHeadAsync("POST", $"/v0/experiments/{Id}/checkpoint", "Content-Length: 0");
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));

        client.Reset();

        await _server.Log.WaitForAsync(4002);
        _deployment.AssertNothingIsLeft();
    }

    [Test]
    public async Task An_archive_that_breaks_off_does_not_look_like_a_short_one()
    {
        var exporter = new Mock<ICheckpointExporter>(MockBehavior.Strict);
        exporter.Setup(e => e.ExportAsync(It.IsAny<Stream>(), It.IsAny<CheckpointExportOptions>(), It.IsAny<CancellationToken>()))
            .Returns(async (Stream destination, CheckpointExportOptions _, CancellationToken token) =>
            {
                await destination.WriteAsync(new byte[100_000], token);
                await destination.FlushAsync(token);
                throw new IOException("the disk of the spool failed");
            });
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(_deployment.Served() with { Exporter = exporter.Object }));

        using var answer = await server.ExportAsync(Id);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(async () => await answer.Content.ReadAsByteArrayAsync(), Throws.InstanceOf<HttpRequestException>().Or.InstanceOf<IOException>());
        await server.Log.WaitForAsync(4003);
    }

    /// <summary>Starts a server whose archives do not fit into the buffers of two sockets.</summary>
    private Task<TestServer> StartWithLargeArchiveAsync()
    {
        var config = new byte[12 << 20];
        new Random(1).NextBytes(config);
        var experiment = _deployment.Served();
        return TestServer.StartAsync(options => options.Experiments.Add(experiment with { Export = experiment.Export with { ExperimentConfig = config } }));
    }
}
