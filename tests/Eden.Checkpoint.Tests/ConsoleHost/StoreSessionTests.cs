using System.Formats.Tar;
using System.Text.Json;
using Eden.Checkpoint.Tests.Kit;
using Eden.Checkpoint.Tests.Stores.Postgres;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>The console's sessions with the database, under the environment variables and roles of other people.</summary>
[TestFixture]
public class StoreSessionTests
{
    private TempFolder _folder = null!;
    private TempDatabase _database = null!;
    private SyntheticExperiment _experiment = null!;

    [SetUp]
    public async Task FillADatabase()
    {
        _folder = new TempFolder();
        Directory.CreateDirectory(_folder["out"]);
        Directory.CreateDirectory(_folder["temp"]);
        _database = await TempPostgres.CreateDatabaseAsync();
        _experiment = SyntheticExperiment.WithoutRepository(12);
        await _experiment.LoadAsync(_database.DataSource);
    }

    [TearDown]
    public async Task Remove()
    {
        _folder.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [TestCase("PGCLIENTENCODING=LATIN1", "")]
    [TestCase("PGCLIENTENCODING=GB18030", "")]
    [TestCase("PGOPTIONS=-c client_encoding=GB18030 -c default_transaction_isolation=serializable -c statement_timeout=1h -c row_security=on", "")]
    [TestCase("PGTZ=Asia/Kathmandu", "?options=-c%20DateStyle%3DSQL,DMY%20-c%20IntervalStyle%3Dsql_standard%20-c%20bytea_output%3Descape%20-c%20standard_conforming_strings%3Doff")]
    [TestCase("PGDATESTYLE=SQL, DMY", "?client_encoding=GB18030")]
    [TestCase("PGCLIENTENCODING=GB18030", "?client_encoding=LATIN1")]
    public async Task An_export_carries_the_rows_byte_for_byte_whatever_the_environment_says(string variable, string options)
    {
        var equals = variable.IndexOf('=', StringComparison.Ordinal);
        var run = await ExportAsync(
            ProcessMeans.Plenty with { Variables = new Dictionary<string, string> { [variable[..equals]] = variable[(equals + 1)..] } }, _database.Url + options, "checkpoint.tar");

        Assert.That(run.ExitCode, Is.EqualTo(0), run.Error);
        await AssertRowsAsync("checkpoint.tar");
    }

    [Test]
    public async Task A_connection_string_with_encodings_of_its_own_is_read_in_utf8()
    {
        var run = await ExportAsync(ProcessMeans.Plenty, _database.ConnectionString + ";Client Encoding=GB18030;Encoding=iso-8859-1", "checkpoint.tar");

        Assert.That(run.ExitCode, Is.EqualTo(0), run.Error);
        await AssertRowsAsync("checkpoint.tar");
    }

    [Test]
    public async Task A_role_under_row_level_security_ends_with_3_the_code_of_the_server_and_no_file()
    {
        await using var role = await TempRole.CreateAsync(_database);
        await RowSecurityTests.HideSomeAsync(_database, "variant");

        var run = await ExportAsync(ProcessMeans.Plenty, role.Url(), "checkpoint.tar", "--json");

        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        var answer = run.JsonLines.Single();
        Assert.That(answer.GetProperty("detail").GetString(), Does.Contain("42501").And.Contain("row-level security").And.Contain("\"variant\""));
        Assert.That(answer.GetProperty("retryable").ValueKind, Is.EqualTo(JsonValueKind.False));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["out"]), Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(_folder["temp"]), Is.Empty);
    }

    [Test]
    public async Task An_import_into_a_database_that_is_not_utf8_ends_with_3_and_says_how_to_make_one()
    {
        await ExportAsync(ProcessMeans.Plenty, _database.Url, "checkpoint.tar");
        await using var target = await TempPostgres.CreateDatabaseAsync("LATIN1");

        var run = await ConsoleRun.StartAsync(_folder["temp"], "import", _folder["out/checkpoint.tar"], "--store", target.Url);

        Assert.That(run.ExitCode, Is.EqualTo(3));
        Assert.That(run.Error, Does.Contain("LATIN1").And.Contain("ENCODING 'UTF8'"));
    }

    private Task<ConsoleRun> ExportAsync(ProcessMeans means, string store, string archive, params string[] more)
        => ConsoleRun.StartAsync(
            means, _folder["temp"], ["export", "--store", store, "--experiment-id", _experiment.ExperimentId, "--out", _folder[$"out/{archive}"], .. more]);

    private async Task AssertRowsAsync(string archive)
    {
        await TarFile.ExtractToDirectoryAsync(_folder[$"out/{archive}"], _folder["out"], overwriteFiles: false);
        Assert.That(await File.ReadAllTextAsync(_folder["out/checkpoint/experiment.json"]), Is.EqualTo(_experiment.ExperimentJson));
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            Assert.That(
                await File.ReadAllBytesAsync(_folder[$"out/checkpoint/{CheckpointManifestFiles.Standard[kind]}"]),
                Is.EqualTo(_experiment.JsonLines(kind)), $"{kind}");
        }
    }
}
