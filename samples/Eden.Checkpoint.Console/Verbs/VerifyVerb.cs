using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>verify</c>: import without a target. Every file is looked at, whatever the ones before it were.</summary>
internal static class VerifyVerb
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "The archives; - is standard input.", Arity = ArgumentArity.OneOrMore };
        var depth = DepthOption.Create();
        var requireResumable = new Option<bool>("--require-resumable") { Description = "Refuse an archive without a repository." };
        var limits = LimitsOption.Create();
        var json = new Option<bool>("--json") { Description = "Print one JSON object a file, one a line." };
        var command = new Command("verify", "Checks archives: structure, manifest, rows, references and the git bundle.")
        {
            files, depth, requireResumable, limits, json,
        };
        command.Guard(terminal, json, async (parsed, cancellationToken) =>
        {
            var options = new CheckpointVerificationOptions { Depth = DepthOption.Read(parsed, depth), Limits = LimitsOption.Read(parsed, limits) };
            var archives = parsed.GetRequiredValue(files);
            if (archives.Count(InputFile.IsStandardInput) > 1)
            {
                throw new UsageException("FILE: standard input can be read once.");
            }

            var worst = ExitCode.Done;
            foreach (var file in archives)
            {
                var verdict = await LookAtAsync(terminal, file, options, cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(requireResumable))
                {
                    verdict = verdict.RequireResumable();
                }

                verdict.Print(terminal, parsed.GetValue(json));
                worst = Math.Max(worst, verdict.ExitCode);
            }

            return worst;
        });
        return command;
    }

    private static async Task<ArchiveVerdict> LookAtAsync(
        Terminal terminal, string file, CheckpointVerificationOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var archive = InputFile.Open(file);
            await using (archive.ConfigureAwait(false))
            {
                Task<CheckpointVerificationReport> VerifyAsync(IProgress<CheckpointProgress>? progress)
                    => new CheckpointVerifier().VerifyAsync(archive, options with { Progress = progress }, cancellationToken);

                // One line a file is the output of many files; lines about their phases would drown it.
                var report = terminal.ErrorIsTerminal
                    ? await ProgressDisplay.RunAsync(terminal, VerifyAsync).ConfigureAwait(false)
                    : await VerifyAsync(null).ConfigureAwait(false);
                return ArchiveVerdict.Of(InputFile.Name(file), report);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException && Failure.Of(exception) is { } failure)
        {
            return ArchiveVerdict.Of(InputFile.Name(file), failure);
        }
    }
}
