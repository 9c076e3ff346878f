using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Checkpoint.ConsoleHost.Stores;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>export</c>: one experiment from its store and repository into an archive file, which appears whole or not at all.</summary>
internal static class ExportVerb
{
    public static Command Create(Terminal terminal)
    {
        var store = new StoreOptions("postgresql:// URL, Npgsql connection string, or dir:PATH with experiment.json and the seven .jsonl files.");
        var experimentId = new Option<string>("--experiment-id") { Description = "The experiment that the store must hold.", Required = true, HelpName = "ID" };
        var output = new Option<string>("--out") { Description = "The archive to write; one that exists is replaced at the end. - is standard output; the report goes to standard error then.", Required = true, HelpName = "FILE" };
        var config = new Option<string?>("--config") { Description = "The experiment's config, carried byte for byte.", HelpName = "FILE" };
        var repoPath = new Option<string?>("--repo-path") { Description = "The git repository; with --remote-url, our own bare clone of it.", HelpName = "DIR" };
        var remoteUrl = new Option<string?>("--remote-url") { Description = "The git remote of record; --repo-path is synced with it first.", HelpName = "URL" };
        var helper = new Option<string?>("--credential-helper") { Description = "A git credential helper for the remote.", HelpName = "FILE" };
        var artifacts = new Option<string?>("--artifacts-dir") { Description = "A file-system artifact store: what it has of the rows' artifacts goes into the archive.", HelpName = "DIR" };
        var broken = new Option<bool>("--allow-row-violations")
        {
            Description = "Write rows that break the rules all the same: a last resort, for such an archive cannot be imported.",
        };
        var version = new Option<string>("--format-version") { Description = "The archive format.", DefaultValueFactory = _ => "1", HelpName = "V" };
        var limits = LimitsOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON object." };
        var command = new Command("export", "Writes one experiment into a checkpoint archive.")
        {
            experimentId, output, config, repoPath, remoteUrl, helper, artifacts, broken, version, limits, json,
        };
        store.AddTo(command);
        command.Guard(terminal, json, async (parsed, cancellationToken) =>
        {
            var target = OutputTarget.Open(parsed.GetRequiredValue(output), "--out", terminal);
            await using (target.ConfigureAwait(false))
            {
                return await ExportAsync(parsed, target, cancellationToken).ConfigureAwait(false);
            }
        });
        return command;

        async Task<int> ExportAsync(ParseResult parsed, OutputTarget target, CancellationToken cancellationToken)
        {
            var ceilings = LimitsOption.Read(parsed, limits);
            var bundles = BundleSource.Choose(
                parsed.GetValue(repoPath), parsed.GetValue(remoteUrl), parsed.GetValue(helper), ceilings, out var warnings);
            var opened = StoreAddress.Open(store.Read(parsed), limits: ceilings);
            await using (opened.ConfigureAwait(false))
            {
                foreach (var warning in warnings)
                {
                    terminal.ErrorLine($"warning: {warning}");
                }

                var exporter = new CheckpointExporter(opened.Store, bundles);
                var options = new CheckpointExportOptions
                {
                    ExperimentId = ExperimentIdOption.ReadRequired(parsed, experimentId),
                    FormatVersion = parsed.GetRequiredValue(version),
                    ArtifactSource = parsed.GetValue(artifacts) is { } directory ? new FileSystemArtifactStore(directory) : null,
                    AllowRowViolations = parsed.GetValue(broken),
                    ExperimentConfig = await ReadConfigAsync(parsed.GetValue(config), ceilings.MaxConfigBytes, cancellationToken).ConfigureAwait(false),
                    Limits = ceilings,
                };
                var result = await ProgressDisplay.RunAsync(
                    terminal,
                    progress => target.WriteAsync(
                        path => exporter.ExportAsync(path, options with { Progress = progress }, cancellationToken),
                        stream => exporter.ExportAsync(stream, options with { Progress = progress }, cancellationToken))).ConfigureAwait(false);
                Print(terminal, target, result, parsed.GetValue(json));
                return ExitCode.Done;
            }
        }
    }

    private static async Task<byte[]> ReadConfigAsync(string? path, int most, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return [];
        }

        if (!File.Exists(path))
        {
            throw new UsageException("The file given to --config does not exist.");
        }

        return new FileInfo(path).Length > most
            ? throw new UsageException($"The file given to --config is larger than {Quantity.Bytes(most)}.")
            : await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
    }

    private static void Print(Terminal terminal, OutputTarget target, CheckpointExportResult result, bool json)
    {
        if (json)
        {
            terminal.Line(ReportJson.Object(writer => ExportJson.Write(writer, target.Path, result)));
            return;
        }

        foreach (var warning in result.Warnings.Select(warning => warning.Message))
        {
            terminal.ErrorLine($"warning: {Printable.Of(warning)}");
        }

        ArchiveTable.Write(terminal, MemberLine.Of(result), result.ArchiveBytes);
        var timings = result.Timings;
        terminal.Line($"{(!result.IsImportable ? "NOT IMPORTABLE" : result.IsResumable ? "resumable" : "not resumable")}, {Quantity.Of(result.CrossReferences.RefCount, "ref", "refs")}, {Quantity.Of(result.CrossReferences.ObjectCount, "object", "objects")}; snapshot taken at {result.Manifest.ExportedAt}");
        terminal.Line($"snapshot {Quantity.Milliseconds(timings.Snapshot)}, bundle {Quantity.Milliseconds(timings.Bundle)}, checks {Quantity.Milliseconds(timings.Validate)}, archive {Quantity.Milliseconds(timings.Archive)}");
        terminal.Line($"wrote {target.Name}");
    }
}
