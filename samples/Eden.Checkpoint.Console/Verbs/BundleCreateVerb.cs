using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>bundle create</c>: a bundle of everything a repository's refs reach. The file appears whole or not at all.</summary>
internal static class BundleCreateVerb
{
    public static Command Create(Terminal terminal)
    {
        var repository = new Argument<string>("REPO") { Description = "The repository, bare or not." };
        var file = new Argument<string>("FILE") { Description = "The bundle to write; one that exists is replaced at the end." };
        var limits = LimitsOption.Create();
        var command = new Command("create", "Bundles every ref of a repository.") { repository, file, limits };
        command.Guard(terminal, null, async (parsed, cancellationToken) =>
        {
            var path = OutputPath.Check(parsed.GetRequiredValue(file), "FILE");
            var options = new GitBundleCreateOptions { Limits = LimitsOption.Read(parsed, limits).ToGitLimits() };
            var result = await ProgressDisplay.RunGitAsync(
                terminal,
                progress => OutputPath.WriteAsync("FILE", () => GitBundle.CreateAsync(
                    parsed.GetRequiredValue(repository), path, options with { Progress = progress }, cancellationToken))).ConfigureAwait(false);
            foreach (var warning in result.Warnings)
            {
                terminal.ErrorLine($"warning: {Printable.Of(warning)}");
            }

            terminal.Line($"wrote {path}: {Quantity.Of(result.RefCount, "ref", "refs")}, {Quantity.Of(result.ObjectCount, "object", "objects")}, {Quantity.Bytes(result.Length)}");
            return ExitCode.Done;
        });
        return command;
    }
}
