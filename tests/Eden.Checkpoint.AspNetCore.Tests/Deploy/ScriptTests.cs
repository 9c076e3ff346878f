using System.Diagnostics;
using Eden.Checkpoint.Server;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Deploy;

[TestFixture]
public class ScriptTests
{
    private const string Question = "protocol=http\nhost=forgejo:3000\n\n";

    [Test]
    public async Task The_shell_can_read_every_script()
    {
        Assert.That(DeploymentFiles.Scripts.Count(), Is.EqualTo(5));
        foreach (var script in DeploymentFiles.Scripts)
        {
            var shell = (await File.ReadAllTextAsync(script)).StartsWith("#!/bin/sh\n", StringComparison.Ordinal) ? "sh" : "bash";
            var (exitCode, _, error) = await RunAsync([], "", shell, "-n", script);

            Assert.That(exitCode, Is.Zero, $"{script}: {error}");
        }
    }

    [Test]
    public void Scripts_that_are_called_can_be_run()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("There are no such modes here.");
            return;
        }

        foreach (var script in DeploymentFiles.Scripts.Where(script => !script.EndsWith("smoke-parts.sh", StringComparison.Ordinal)))
        {
            Assert.That(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute), Is.True, script);
        }
    }

    [Test]
    public void The_flags_in_the_scripts_are_the_servers()
    {
        var known = ServerSettings.All.Select(setting => setting.Option.Name).ToHashSet();
        foreach (var script in (string[])["smoke-checkpoint.sh", "smoke-auto-checkpoint.sh"])
        {
            var text = DeploymentFiles.Read(script);
            Assert.That(text, Does.Contain("--repo-path").And.Contain("--forgejo-url").And.Contain("--credential-helper"));
            Assert.That(text, Does.Not.Contain("--admin-token").And.Not.Contain("--store-url"), "secrets do not belong on a command line");
            var given = text.Split('\n').SkipWhile(line => !line.Contains("start_server", StringComparison.Ordinal))
                .SelectMany(line => line.Split(' ')).Where(word => word.StartsWith("--", StringComparison.Ordinal) && word.EndsWith("-dir", StringComparison.Ordinal));
            Assert.That(given, Is.Not.Empty.And.SubsetOf(known));
        }
    }

    [Test]
    public async Task The_helper_answers_with_what_its_environment_holds()
    {
        var (exitCode, output, _) = await AskAsync(Question, "get", ("EDEN_GIT_USERNAME", "eden"), ("EDEN_GIT_PASSWORD", "p%s\\n'\"$(id)"));

        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Is.EqualTo("username=eden\npassword=p%s\\n'\"$(id)\n"));
    }

    [Test]
    public async Task The_helper_answers_for_its_host_only()
    {
        (string, string)[] environment = [("EDEN_GIT_USERNAME", "eden"), ("EDEN_GIT_PASSWORD", "secret"), ("EDEN_GIT_HOST", "forgejo:3000")];

        var (_, own, _) = await AskAsync(Question, "get", environment);
        var (exitCode, other, _) = await AskAsync("protocol=http\nhost=elsewhere:3000\n\n", "get", environment);

        Assert.That(own, Does.Contain("password=secret"));
        Assert.That(exitCode, Is.Zero);
        Assert.That(other, Is.Empty);
    }

    [TestCase("store")]
    [TestCase("erase")]
    public async Task The_helper_keeps_nothing(string action)
    {
        var (exitCode, output, _) = await AskAsync(Question, action, ("EDEN_GIT_USERNAME", "eden"), ("EDEN_GIT_PASSWORD", "secret"));

        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Is.Empty);
    }

    [Test]
    public async Task The_helper_without_its_secret_says_so()
    {
        var (exitCode, output, error) = await AskAsync(Question, "get", ("EDEN_GIT_USERNAME", "eden"), ("EDEN_GIT_PASSWORD", ""));

        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Contain("EDEN_GIT_PASSWORD"));
    }

    [Test]
    public async Task Setup_makes_secrets_once_and_keeps_them_to_itself()
    {
        using var folder = new TempFolder();
        File.Copy(Path.Combine(DeploymentFiles.Folder, "setup.sh"), folder["setup.sh"]);

        // Without containers it ends after its first step; what it made is used again by the next run.
        var (exitCode, output, error) = await RunAsync([("EDEN_COMPOSE", "false")], "", "bash", folder["setup.sh"]);
        var settings = await File.ReadAllTextAsync(folder[".env"]);
        await RunAsync([("EDEN_COMPOSE", "false")], "", "bash", folder["setup.sh"]);

        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(await File.ReadAllTextAsync(folder[".env"]), Is.EqualTo(settings));
        var values = settings.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.That(values.Keys.Append("EDEN_GIT_PASSWORD"), Is.EquivalentTo(DeploymentFiles.MadeBySetup), "the git host makes its own token");
        Assert.That(values["EDEN_EXPERIMENT_ID"], Does.Match("^exp_[0-9a-hjkmnp-tv-z]{26}$"));
        Assert.That(values["EDEN_ADMIN_TOKEN"], Does.Match("^[0-9a-f]{64}$"));
        Assert.That(output + error, Does.Not.Contain(values["EDEN_ADMIN_TOKEN"]).And.Not.Contain(values["EDEN_POSTGRES_PASSWORD"]));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(folder[".env"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test]
    public void The_image_runs_the_server_as_a_user_without_rights()
    {
        var lines = DeploymentFiles.Read("Containerfile").Split('\n');

        Assert.That(lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build", "FROM mcr.microsoft.com/dotnet/runtime-deps:10.0",
        }));
        Assert.That(lines, Has.Member("USER $APP_UID"));
        Assert.That(lines, Has.Member($"ENTRYPOINT [\"/app/{typeof(ServerSettings).Assembly.GetName().Name}\"]"));
    }

    private static Task<(int ExitCode, string Output, string Error)> AskAsync(string question, string action, params (string, string)[] environment)
        => RunAsync(environment, question, Path.Combine(DeploymentFiles.Folder, "credential-helper.sh"), action);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        (string Name, string Value)[] environment, string input, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read everything, as a helper may that is told to store.
        }

        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
