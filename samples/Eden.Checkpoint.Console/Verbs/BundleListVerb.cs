using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>bundle list</c>: the refs on standard output, one <c>id name</c> a line like <c>git bundle list-heads</c>; the header's facts on standard error.</summary>
internal static class BundleListVerb
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The bundle; - is standard input." };
        var limits = LimitsOption.Create();
        var command = new Command("list", "Lists the refs of a bundle.") { file, limits };
        command.Guard(terminal, null, async (parsed, cancellationToken) =>
        {
            var ceilings = LimitsOption.Read(parsed, limits).ToGitLimits();
            var stream = InputFile.Open(parsed.GetRequiredValue(file));
            await using (stream.ConfigureAwait(false))
            {
                if (stream.CanSeek && stream.Length == 0)
                {
                    throw new UsageException("FILE is the zero-byte placeholder: it holds no repository.");
                }

                var header = await GitBundle.ReadHeaderAsync(stream, ceilings, cancellationToken).ConfigureAwait(false);
                terminal.ErrorLine($"bundle v{header.Version}, {(header.ObjectFormat == GitObjectFormat.Sha256 ? "SHA-256" : "SHA-1")}, {Quantity.Of(header.Refs.Count, "ref", "refs")}, {Quantity.Of(header.Prerequisites.Count, "prerequisite", "prerequisites")}");
                foreach (var entry in header.Refs)
                {
                    terminal.Line($"{entry.ObjectId} {Printable.Of(entry.Name)}");
                }
            }

            return ExitCode.Done;
        });
        return command;
    }
}
