using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Checkpoint.ConsoleHost.Stores;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>import</c>: an archive into an empty deployment, all or nothing.</summary>
internal static class ImportVerb
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The archive; - is standard input." };
        var store = new StoreOptions("The receiving database: postgresql:// URL or Npgsql connection string.");
        var experimentId = new Option<string?>("--experiment-id") { Description = "The receiver's own experiment id, where it has none yet.", HelpName = "ID" };
        var asExperimentId = new Option<string?>("--as-experiment-id") { Description = "Pins the id under which the experiment must land.", HelpName = "ID" };
        var repoPath = new Option<string?>("--repo-path") { Description = "Where the repository is restored; must not exist, or be empty.", HelpName = "DIR" };
        var remoteUrl = new Option<string?>("--remote-url") { Description = "The receiver's git remote of record, empty: every ref is pushed to it.", HelpName = "URL" };
        var helper = new Option<string?>("--credential-helper") { Description = "A git credential helper for the remote.", HelpName = "FILE" };
        var artifacts = new Option<string?>("--artifacts-dir") { Description = "Where the archive's artifacts are stored, named by their hashes; rows then name them there.", HelpName = "DIR" };
        var credentials = new Option<string?>("--credentials-dir") { Description = "Where each worker's fresh token goes, one file of mode 0600 each.", HelpName = "DIR" };
        var limits = LimitsOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON object." };
        var command = new Command("import", "Brings an archive into an empty deployment, all or nothing.")
        {
            file, experimentId, asExperimentId, repoPath, remoteUrl, helper, artifacts, credentials, limits, json,
        };
        store.AddTo(command);
        command.Guard(terminal, json, async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(helper) is not null && parsed.GetValue(remoteUrl) is null)
            {
                terminal.ErrorLine($"warning: {BundleSource.NoRemote}");
            }

            var options = new CheckpointImportOptions
            {
                AsExperimentId = ExperimentIdOption.Read(parsed, asExperimentId),
                RepositoryPath = parsed.GetValue(repoPath),
                RemoteUrl = Remote(parsed.GetValue(remoteUrl)),
                Credentials = parsed.GetValue(helper) is { } path ? new CredentialHelper(path) : null,
                ArtifactSink = parsed.GetValue(artifacts) is { } directory ? new FileSystemArtifactStore(directory) : null,
                CredentialsDirectory = parsed.GetValue(credentials),
                Limits = LimitsOption.Read(parsed, limits),
            };
            var opened = StoreAddress.Open(store.Read(parsed), ExperimentIdOption.Read(parsed, experimentId));
            await using (opened.ConfigureAwait(false))
            {
                if (opened.Store is not ICheckpointImportStore receiver)
                {
                    throw new UsageException("--store dir: takes no imports: an import goes into a database.");
                }

                var archive = InputFile.Open(parsed.GetRequiredValue(file));
                await using (archive.ConfigureAwait(false))
                {
                    var importer = new CheckpointImporter(receiver);
                    var result = await ProgressDisplay.RunAsync(
                        terminal,
                        progress => importer.ImportAsync(archive, options with { Progress = progress }, cancellationToken)).ConfigureAwait(false);
                    var warnings = result.Warnings.Select(warning => warning.Message).ToList();
                    var tokensLost = result.Credentials.Count > 0 && !result.CredentialsWritten;
                    if (tokensLost)
                    {
                        // The importer's result has the tokens, but this program prints none.
                        var why = options.CredentialsDirectory is null ? "there is no --credentials-dir" : "--credentials-dir could not take them all";
                        warnings.Add($"Tokens were not kept: {why}. They must be reissued.");
                    }

                    Print(terminal, result, warnings, parsed.GetValue(json));
                    return result.Push is { IsComplete: false } || (tokensLost && options.CredentialsDirectory is not null) ? ExitCode.Unavailable : ExitCode.Done;
                }
            }
        });
        return command;
    }

    private static string? Remote(string? url)
    {
        try
        {
            _ = new CheckpointImportOptions { RemoteUrl = url };
            return url;
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong);
        }
    }

    private static void Print(Terminal terminal, CheckpointImportResult result, IReadOnlyList<string> warnings, bool json)
    {
        if (json)
        {
            terminal.Line(ReportJson.Object(writer => ImportJson.Write(writer, result, warnings)));
            return;
        }

        foreach (var warning in warnings)
        {
            terminal.ErrorLine($"warning: {Printable.Of(warning)}");
        }

        terminal.Line($"imported {result.Manifest.ExperimentId}, exported at {result.Manifest.ExportedAt}, as {result.ExperimentId}");
        var counts = result.RowCounts;
        terminal.Line($"{Quantity.Of(counts.Tasks, "task", "tasks")}, {Quantity.Of(counts.Ideas, "idea", "ideas")}, {Quantity.Of(counts.Variants, "variant", "variants")}, {Quantity.Of(counts.Submissions, "submission", "submissions")}, {Quantity.Of(counts.Events, "event", "events")}, {Quantity.Of(counts.Workers, "worker", "workers")}, {Quantity.Of(counts.Groups, "group", "groups")}; {Quantity.Of(result.RevertedClaims, "claim", "claims")} reverted");
        if (result.ArtifactCount > 0)
        {
            terminal.Line($"{Quantity.Of(result.ArtifactCount, "artifact", "artifacts")} stored, {Quantity.Bytes(result.ArtifactBytes)}");
        }

        if (result.RepositoryPath is { } repository)
        {
            terminal.Line($"repository restored in {repository}");
        }

        if (result.Push is { } push)
        {
            terminal.Line(push.IsComplete
                ? $"{Quantity.Of(push.RefCount, "ref", "refs")} pushed to {push.Remote}"
                : $"not pushed to {push.Remote}: {Printable.Of(push.Failure ?? "refs were refused")}");
            if (!push.IsComplete)
            {
                terminal.Line("or use the verb push of this program, with the same --remote-url and --credential-helper.");
            }
        }
    }
}
