using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>bundle verify</c>: whether a bundle is whole, down to the depth asked for.</summary>
internal static class BundleVerifyVerb
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The bundle; - is standard input." };
        var depth = DepthOption.Create();
        var limits = LimitsOption.Create();
        var command = new Command("verify", "Checks a bundle: header, pack, checksums, and everything its refs reach.") { file, depth, limits };
        command.Guard(terminal, null, async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(file);
            var options = new GitBundleVerifyOptions { Depth = DepthOption.Read(parsed, depth), Limits = LimitsOption.Read(parsed, limits).ToGitLimits() };
            using var bundle = await OpenBundle.ForReadingAsync(path, cancellationToken).ConfigureAwait(false);
            if (bundle.IsEmpty)
            {
                terminal.Line($"{Printable.Of(InputFile.Name(path))}: the zero-byte placeholder, which holds no repository");
                return ExitCode.Done;
            }

            var report = await ProgressDisplay.RunGitAsync(
                terminal,
                progress => GitBundle.VerifyAsync(bundle.FilePath!, options with { Progress = progress }, cancellationToken)).ConfigureAwait(false);
            return Print(terminal, Printable.Of(InputFile.Name(path)), report);
        });
        return command;
    }

    private static int Print(Terminal terminal, string name, GitBundleReport report)
    {
        foreach (var warning in report.Warnings)
        {
            terminal.ErrorLine($"{name}: warning: {Printable.Of(warning)}");
        }

        if (report.IsWhole)
        {
            terminal.Line($"{name}: whole, {Quantity.Of(report.Header?.Refs.Count ?? 0, "ref", "refs")}, {Quantity.Of(report.ObjectCount, "object", "objects")}, {Quantity.Of(report.ReachableCommitCount, "commit", "commits")} reached");
            return ExitCode.Done;
        }

        terminal.Line($"{name}: invalid");
        terminal.ErrorLine($"{CheckpointProblem.CheckpointInvalid.Type}: {Quantity.Of(report.TotalFaults, "violation", "violations")} in {name}");
        Failure.PrintViolations(terminal.ErrorLine, [.. report.Faults.Select(static fault => CheckpointViolation.From(fault))], report.TotalFaults);
        return ExitCode.Invalid;
    }
}
