using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Inspection;
using Eden.Checkpoint.ConsoleHost.Output;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>inspect</c>: what an archive holds. It reads, it does not judge: that is <c>verify</c>.</summary>
internal static class InspectVerb
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The archive; - is standard input." };
        var limits = LimitsOption.Create();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("inspect", "Shows an archive's manifest, counts, refs and sizes, and the lineage of its variants.") { file, limits, json };
        command.Guard(terminal, json, async (parsed, cancellationToken) =>
        {
            var archive = await InputFile.OpenSeekableAsync(parsed.GetRequiredValue(file), cancellationToken).ConfigureAwait(false);
            await using (archive.ConfigureAwait(false))
            {
                var path = InputFile.Name(parsed.GetRequiredValue(file));
                var inspection = await new ArchiveInspector(LimitsOption.Read(parsed, limits)).InspectAsync(archive, cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(json))
                {
                    terminal.Line(ReportJson.Object(writer => InspectionJson.Write(writer, path, inspection)));
                }
                else
                {
                    InspectionText.Write(terminal, path, inspection);
                }
            }

            return ExitCode.Done;
        });
        return command;
    }
}
