using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>bundle restore</c>: a bare repository out of a bundle, verified in the same pass.</summary>
internal static class BundleRestoreVerb
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The bundle; - is standard input." };
        var repository = new Argument<string>("REPO") { Description = "The bare repository to make; it must not exist, or be empty." };
        var limits = LimitsOption.Create();
        var command = new Command("restore", "Makes a bare repository out of a bundle.") { file, repository, limits };
        command.Guard(terminal, null, async (parsed, cancellationToken) =>
        {
            var options = new GitBundleRestoreOptions { Limits = LimitsOption.Read(parsed, limits).ToGitLimits() };
            using var bundle = await OpenBundle.ForReadingAsync(parsed.GetRequiredValue(file), cancellationToken).ConfigureAwait(false);
            if (bundle.IsEmpty)
            {
                throw new UsageException("FILE is the zero-byte placeholder: it holds no repository.");
            }

            var target = Path.GetFullPath(parsed.GetRequiredValue(repository));
            var result = await ProgressDisplay.RunGitAsync(
                terminal,
                progress => GitBundle.RestoreAsync(bundle.FilePath!, target, options with { Progress = progress }, cancellationToken)).ConfigureAwait(false);
            foreach (var warning in result.Warnings)
            {
                terminal.ErrorLine($"warning: {Printable.Of(warning)}");
            }

            terminal.Line($"restored {target}: {Quantity.Of(result.RefCount, "ref", "refs")}, {Quantity.Of(result.ObjectCount, "object", "objects")}");
            return ExitCode.Done;
        });
        return command;
    }
}
