using System.CommandLine;
using System.Globalization;
using Eden.Checkpoint.ConsoleHost.Demo;
using Eden.Checkpoint.ConsoleHost.Output;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>demo</c>: the whole road on one machine, with a real git remote on disk and an experiment in memory.</summary>
internal static class DemoVerb
{
    private const int DefaultVariants = 12;
    private const int MostVariants = 5_000;

    public static Command Create(Terminal terminal)
    {
        var output = new Option<string?>("--out") { Description = "Keep the archive in this directory, which is made when absent.", HelpName = "DIR" };
        var variants = new Option<int>("--variants")
        {
            Description = "How many variants the experiment has.",
            DefaultValueFactory = _ => DefaultVariants,
            HelpName = "N",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number is >= 1 and <= MostVariants)
                {
                    return number;
                }

                result.AddError($"--variants is a number from 1 to {MostVariants}.");
                return 0;
            },
        };
        var command = new Command("demo", "Exports and verifies a made-up experiment, then shows two failures. Needs no server, no git and no network.")
        {
            output, variants,
        };
        command.Guard(terminal, null, async (parsed, cancellationToken) =>
        {
            var keep = parsed.GetValue(output);
            if (keep is not null)
            {
                keep = Path.GetFullPath(keep);
                Directory.CreateDirectory(keep);
            }

            var work = Directory.CreateTempSubdirectory("eden-checkpoint-demo-").FullName;
            try
            {
                await new DemoTour(terminal, work, keep ?? work).RunAsync(parsed.GetValue(variants), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Directory.Delete(work, recursive: true);
            }

            terminal.Line(keep is null
                ? "Everything was in a temporary directory, which is removed now. Use --out DIR to keep the archive."
                : $"The archive is kept: {Path.Combine(keep, DemoTour.ArchiveName)}");
            return ExitCode.Done;
        });
        return command;
    }
}
