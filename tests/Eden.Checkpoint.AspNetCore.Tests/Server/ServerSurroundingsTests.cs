using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Eden.Checkpoint.Server;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Server;

/// <summary>The sample server on hosts that somebody else set up: it starts, exports and ends whatever is around it.</summary>
[TestFixture, Platform("Linux")]
public class ServerSurroundingsTests
{
    private const string AsIs = "exec \"$@\"";

    // Of no entry in /etc/passwd. It may read what root may, or it could not read the programs of a checkout in root's own folder.
    private const string Stranger = "exec setpriv --reuid=54321 --regid=54321 --clear-groups --inh-caps=+dac_read_search --ambient-caps=+dac_read_search \"$@\"";

    private Deployment _deployment = null!;
    private TempFolder _folder = null!;

    [OneTimeSetUp]
    public async Task MakeTheDeployment() => _deployment = await Deployment.CreateAsync(variants: 6);

    [OneTimeTearDown]
    public ValueTask RemoveTheDeployment() => _deployment.DisposeAsync();

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("cd \"$FOLDER\" && echo '{ no JSON' > appsettings.json && exec \"$@\"", TestName = "It_runs_where_the_working_directory_has_a_broken_appsettings_json")]
    [TestCase("mkdir \"$FOLDER/gone\" && cd \"$FOLDER/gone\" && rmdir \"$FOLDER/gone\" && exec \"$@\"", TestName = "It_runs_where_the_working_directory_is_gone")]
    [TestCase("unset HOME USER LOGNAME PWD LANG LC_ALL; exec \"$@\"", TestName = "It_runs_without_HOME_and_a_locale")]
    [TestCase("export HOME=/nonexistent LC_ALL=xx_YY.UTF-8 TZ=Nowhere/Bad; exec \"$@\"", TestName = "It_runs_with_a_HOME_a_locale_and_a_time_zone_that_are_not_there")]
    [TestCase("export TZ=Pacific/Chatham LC_ALL=C; exec \"$@\"", TestName = "It_runs_in_a_time_zone_far_from_UTC")]
    [TestCase("export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1; exec \"$@\"", TestName = "It_runs_without_ICU")]
    [TestCase("ulimit -n 256; exec \"$@\"", TestName = "It_runs_with_256_files")]
    [TestCase("exec \"$@\" <&-", TestName = "It_runs_with_its_standard_input_closed")]
    public Task It_starts_exports_and_ends(string shell) => ExportAsync(shell, []);

    [Test]
    public Task It_runs_as_a_user_that_the_machine_does_not_know()
    {
        RequireRoot();
        return ExportAsync(Stranger, []);
    }

    [Test]
    public Task Variables_of_ASP_NET_Core_and_the_runtime_count_for_nothing() => ExportAsync(AsIs, new()
    {
        ["ASPNETCORE_URLS"] = "http://192.0.2.1:1", ["DOTNET_URLS"] = "http://192.0.2.1:1", ["URLS"] = "http://192.0.2.1:1", ["ASPNETCORE_HTTP_PORTS"] = "1",
        ["ASPNETCORE_ENVIRONMENT"] = "Development", ["DOTNET_ENVIRONMENT"] = "Development",
        ["ASPNETCORE_CONTENTROOT"] = "/nonexistent", ["DOTNET_CONTENTROOT"] = "/nonexistent",
        ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = "No.Such.Assembly", ["ASPNETCORE_SHUTDOWNTIMEOUTSECONDS"] = "none",
        ["Kestrel__Endpoints__Other__Url"] = "http://192.0.2.1:1", ["Kestrel__Limits__MaxRequestBodySize"] = "1", ["AllowedHosts"] = "nobody.example",
        ["Logging__LogLevel__Default"] = "None", ["Logging__Console__FormatterName"] = "none",
    });

    [Test]
    public async Task A_foreign_appsettings_json_adds_no_endpoint_and_changes_no_log()
    {
        await File.WriteAllTextAsync(_folder["appsettings.json"], """
            {
              "urls": "http://192.0.2.1:1",
              "AllowedHosts": "nobody.example",
              "Kestrel": { "Endpoints": { "Other": { "Url": "http://192.0.2.1:1" } } },
              "Logging": { "LogLevel": { "Default": "None" }, "Console": { "FormatterName": "simple" } }
            }
            """);
        File.Copy(_folder["appsettings.json"], _folder["appsettings.Production.json"]);

        await ExportAsync("cd \"$FOLDER\" && exec \"$@\"", []);
    }

    [Test]
    public async Task It_needs_no_inotify_instance()
    {
        using var server = await StartAsync(AsIs, []);

        var files = server.OpenFiles().ToArray();
        Assert.That(files, Has.Some.StartsWith("socket:"), "what is open can be seen");
        Assert.That(files, Has.None.Contain("inotify"));
        await server.TerminateAsync();
    }

    [Test]
    public Task It_runs_where_every_inotify_instance_of_its_user_is_taken()
    {
        // A user of this test's own: nobody else's instances are taken.
        RequireRoot();
        RequiredProgram.Ensure("python3");
        const string taker = """
            import ctypes, os, sys
            libc = ctypes.CDLL(None)
            while libc.inotify_init1(0o2000000) >= 0:
                pass
            os.write(1, b"taken\n")
            sys.stdin.read()
            """;
        var shell = $$"""
            mkfifo "$FOLDER/hold"
            exec 3<>"$FOLDER/hold"
            ulimit -n 20000
            {{Stranger.Replace("exec ", "", StringComparison.Ordinal).Replace("54321", "54322", StringComparison.Ordinal).Replace("\"$@\"", $"python3 -c '{taker}'", StringComparison.Ordinal)}} <"$FOLDER/hold" >"$FOLDER/taken" 3<&- &
            until grep -q taken "$FOLDER/taken"; do kill -0 $! || exit 1; done
            {{Stranger.Replace("54321", "54322", StringComparison.Ordinal)}}
            """;
        return ExportAsync(shell, []);
    }

    [Test]
    public async Task Kubernetes_may_say_what_it_likes_of_a_service_named_eden()
    {
        var environment = new Dictionary<string, string>
        {
            ["EDEN_SERVICE_HOST"] = "10.96.0.1", ["EDEN_SERVICE_PORT"] = "8080", ["EDEN_PORT"] = "tcp://10.96.0.1:8080", ["EDEN_PORT_8080_TCP"] = "tcp://10.96.0.1:8080",
            ["EDEN_PORT_8080_TCP_PROTO"] = "tcp", ["EDEN_PORT_8080_TCP_PORT"] = "8080", ["EDEN_PORT_8080_TCP_ADDR"] = "10.96.0.1",
        };

        using var server = await ServerProcess.StartAsync(AsIs, environment, [.. Arguments()]);
        var (exitCode, _, error) = await server.TerminateAsync();

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(error, Does.Not.Contain("EDEN_PORT"), "the flag wins without a word");
    }

    [Test]
    public async Task A_temporary_directory_that_is_not_there_is_told_by_the_health_check_and_not_by_a_crash()
    {
        using var server = await StartAsync(AsIs, new() { ["TMPDIR"] = _folder["missing"] });

        using var health = await server.Client.GetAsync(new Uri("/healthz", UriKind.Relative));
        using var export = await server.Client.PostAsync(new Uri($"/v0/experiments/{_deployment.Id}/checkpoint", UriKind.Relative), null);
        Assert.That(health.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        await Problem.ReadAsync(export, HttpStatusCode.InternalServerError, "eden://reference-error/internal");
        Directory.CreateDirectory(_folder["missing"]);
        using var later = await server.Client.PostAsync(new Uri($"/v0/experiments/{_deployment.Id}/checkpoint", UriKind.Relative), null);
        Assert.That(later.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var (exitCode, _, error) = await server.TerminateAsync();

        Assert.That(exitCode, Is.Zero, error);
        Assert.That(error, Does.Contain($"No temporary directory can be made in '{_folder["missing"]}"));
    }

    [Test]
    public async Task More_connections_than_it_may_have_files_are_closed_and_it_goes_on()
    {
        using var server = await StartAsync("ulimit -n 300; exec \"$@\"", []);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var connections = new List<RawClient>();
        for (var connection = 0; connection < 200; connection++)
        {
            connections.Add(await RawClient.ConnectAsync(server.Client.BaseAddress!));
        }

        await await Task.WhenAny(connections.Select(connection => UntilClosedAsync(connection.Stream, patience.Token)));
        connections.ForEach(connection => connection.Dispose());
        while (await RefusalAsync(server.Client) is { } refusal)
        {
            // It has not yet seen that they are gone.
            if (patience.IsCancellationRequested)
            {
                Assert.Fail($"{refusal}\n{await server.KillAsync()}");
            }
        }

        using var export = await server.Client.PostAsync(new Uri($"/v0/experiments/{_deployment.Id}/checkpoint", UriKind.Relative), null);
        Assert.That(export.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var (exitCode, _, error) = await server.TerminateAsync();
        Assert.That(exitCode, Is.Zero, error);

        static async Task UntilClosedAsync(Stream stream, CancellationToken cancellationToken)
        {
            try
            {
                Assert.That(await stream.ReadAsync(new byte[1], cancellationToken), Is.Zero);
            }
            catch (IOException)
            {
                // Closed by a reset.
            }
        }

        static async Task<string?> RefusalAsync(HttpClient client)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri("/healthz", UriKind.Relative));
                return answer.IsSuccessStatusCode ? null : $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}";
            }
            catch (HttpRequestException exception)
            {
                return exception.ToString();
            }
        }
    }

    [TestCase("Max open files            1024                 524288               files", 384)]
    [TestCase("Max open files            1048576              1048576              files", 524_160)]
    [TestCase("Max open files            200                  200                  files", 16)]
    [TestCase("Max open files            unlimited            unlimited            files", null)]
    [TestCase("Max processes             200                  200                  processes", null)]
    public void Connections_take_half_of_the_files_that_the_runtime_leaves(string line, long? connections)
        => Assert.That(OpenFileLimit.Connections(["Limit                     Soft Limit           Hard Limit           Units", line]), Is.EqualTo(connections));

    [Test]
    public async Task A_hang_up_ends_it_like_any_other_signal_to_end()
    {
        // Whoever started the tests may ignore the signal, as nohup does, and children inherit that.
        using var server = await StartAsync("exec env --default-signal=HUP \"$@\"", []);

        var (exitCode, _, error) = await server.HangUpAsync();

        Assert.That(exitCode, Is.Zero, error);
    }

    [Test]
    public async Task A_hang_up_that_nohup_wants_ignored_is_ignored()
    {
        using var server = await StartAsync("trap '' HUP; exec \"$@\"", []);

        var ended = server.HangUpAsync();
        using var health = await server.Client.GetAsync(new Uri("/healthz", UriKind.Relative));
        Assert.That(health.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(ended.IsCompleted, Is.False);
        var (exitCode, _, error) = await server.TerminateAsync();

        Assert.That(exitCode, Is.Zero, error);
        await ended;
    }

    [TestCase("::1")]
    [TestCase("[::1]")]
    [TestCase("::")]
    [TestCase("*")]
    public async Task It_listens_where_there_is_only_IPv6(string host)
    {
        if (!NetworkInterface.GetAllNetworkInterfaces().Any(network => network.GetIPProperties().UnicastAddresses.Any(address => address.Address.Equals(IPAddress.IPv6Loopback))))
        {
            Assert.Ignore("This machine has no IPv6.");
        }

        using var server = await ServerProcess.StartAsync(AsIs, new Dictionary<string, string>(), [.. Arguments(), "--host", host]);
        using var client = new HttpClient();
        using var health = await client.GetAsync(new Uri($"http://[::1]:{server.Client.BaseAddress!.Port}/healthz"));

        Assert.That(health.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await server.TerminateAsync();
    }

    private static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("Only root can become another user.");
        }
    }

    private string[] Arguments() =>
    [
        "--store-url", _deployment.Database.Url, "--experiment-id", _deployment.Id, "--admin-token", ServerProcess.AdminToken, "--repo-path", _deployment.RepositoryPath, "--port", "0",
    ];

    private Task<ServerProcess> StartAsync(string shell, Dictionary<string, string> environment)
    {
        // Whoever the server runs as may write here.
        var temporary = Directory.CreateDirectory(_folder["tmp"]).FullName;
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Everything = (UnixFileMode)0b111_111_111;
            File.SetUnixFileMode(temporary, Everything);
            File.SetUnixFileMode(_folder.Path, Everything);
        }

        environment["FOLDER"] = _folder.Path;
        environment.TryAdd("TMPDIR", temporary);
        environment["DOTNET_EnableDiagnostics"] = "0";
        return ServerProcess.StartAsync(shell, environment, Arguments());
    }

    private async Task ExportAsync(string shell, Dictionary<string, string> environment)
    {
        using var server = await StartAsync(shell, environment);
        using var health = await server.Client.GetAsync(new Uri("/healthz", UriKind.Relative));
        using var answer = await server.Client.PostAsync(new Uri($"/v0/experiments/{_deployment.Id}/checkpoint", UriKind.Relative), null);
        var archive = await answer.Content.ReadAsByteArrayAsync();
        var (exitCode, output, error) = await server.TerminateAsync();

        Assert.That(health.StatusCode, Is.EqualTo(HttpStatusCode.OK), error);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), error);
        var report = await new CheckpointVerifier(new CrossReferenceValidator()).VerifyAsync(new MemoryStream(archive));
        Assert.That(report.Violations, Is.Empty);
        Assert.That(DateTimeOffset.Parse(report.Manifest!.ExportedAt, CultureInfo.InvariantCulture), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(10)), "in UTC");
        Assert.That(exitCode, Is.Zero, error);
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Contain("Exported"), "the log is the server's own");
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["tmp"]), Is.Empty);
    }
}
