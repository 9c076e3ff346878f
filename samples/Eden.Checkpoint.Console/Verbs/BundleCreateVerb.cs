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
        var file = new Argument<string>("FILE") { Description = "The bundle to write; one that exists is replaced at the end. - is standard output." };
        var limits = LimitsOption.Create();
        var command = new Command("create", "Bundles every ref of a repository.") { repository, file, limits };
        command.Guard(terminal, null, async (parsed, cancellationToken) =>
        {
            var options = new GitBundleCreateOptions { Limits = LimitsOption.Read(parsed, limits).ToGitLimits() };
            var source = parsed.GetRequiredValue(repository);
            var target = OutputTarget.Open(parsed.GetRequiredValue(file), "FILE", terminal);
            await using (target.ConfigureAwait(false))
            {
                var result = await ProgressDisplay.RunGitAsync(
                    terminal,
                    progress => target.WriteAsync(
                        path => GitBundle.CreateAsync(source, path, options with { Progress = progress }, cancellationToken),
                        stream => CopyWholeAsync(source, stream, options with { Progress = progress }, cancellationToken))).ConfigureAwait(false);
                Print(terminal, target.Name, result);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Writes to a stream what is whole: a stream cannot be taken back.</summary>
    private static async Task<GitBundleCreateResult> CopyWholeAsync(
        string repository, Stream destination, GitBundleCreateOptions options, CancellationToken cancellationToken)
    {
        var file = TemporaryFile.Create();
        await using (file.ConfigureAwait(false))
        {
            var result = await GitBundle.CreateAsync(repository, file, options, cancellationToken).ConfigureAwait(false);
            file.Position = 0;
            await file.CopyToAsync(destination, cancellationToken).ConfigureAwait(false);
            return result;
        }
    }

    private static void Print(Terminal terminal, string name, GitBundleCreateResult result)
    {
        foreach (var warning in result.Warnings)
        {
            terminal.ErrorLine($"warning: {Printable.Of(warning)}");
        }

        terminal.Line($"wrote {name}: {Quantity.Of(result.RefCount, "ref", "refs")}, {Quantity.Of(result.ObjectCount, "object", "objects")}, {Quantity.Bytes(result.Length)}");
    }
}
