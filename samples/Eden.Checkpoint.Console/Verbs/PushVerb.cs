using System.CommandLine;
using System.Text.Json;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>push</c>: finishes the push of an import, from the repository that it restored or from the archive.</summary>
internal static class PushVerb
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string?>("FILE") { Description = "The archive, where an import restored no repository; - is standard input.", Arity = ArgumentArity.ZeroOrOne };
        var repoPath = new Option<string?>("--repo-path") { Description = "The repository that an import restored.", HelpName = "DIR" };
        var remoteUrl = new Option<string>("--remote-url") { Description = "The git remote of record.", Required = true, HelpName = "URL" };
        var helper = new Option<string?>("--credential-helper") { Description = "A git credential helper for the remote.", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Overwrite refs of the remote that have the same names; others stay." };
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON object." };
        var command = new Command("push", "Finishes the push of an import: every branch and tag, and what else the remote takes.") { file, repoPath, remoteUrl, helper, force, json };
        command.Guard(terminal, json, async (parsed, cancellationToken) =>
        {
            var (archive, path) = (parsed.GetValue(file), parsed.GetValue(repoPath));
            if ((archive is null) == (path is null))
            {
                throw new UsageException("push takes either --repo-path or the archive's FILE.");
            }

            var options = new RepositoryPushOptions
            {
                Connection = new LocalCloneOptions { Credentials = parsed.GetValue(helper) is { } program ? new CredentialHelper(program) : null },
                Force = parsed.GetValue(force),
            };
            var result = await ProgressDisplay.RunAsync(
                terminal,
                progress => PushAsync(archive, path, parsed.GetRequiredValue(remoteUrl), options with { Progress = progress }, cancellationToken)).ConfigureAwait(false);
            Print(terminal, result, parsed.GetValue(json));
            return result.IsComplete ? ExitCode.Done : ExitCode.Unavailable;
        });
        return command;
    }

    private static async Task<GitPushResult> PushAsync(
        string? archive, string? path, string remoteUrl, RepositoryPushOptions options, CancellationToken cancellationToken)
    {
        try
        {
            if (path is not null)
            {
                return await RepositoryPush.FromRepositoryAsync(path, remoteUrl, options, cancellationToken).ConfigureAwait(false);
            }

            using var bundle = await ReadBundleAsync(archive!, cancellationToken).ConfigureAwait(false);
            return await RepositoryPush.FromBundleAsync(bundle, remoteUrl, options, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong);
        }
    }

    /// <summary>Takes the bundle out of an archive, and checks it: what is damaged is not pushed.</summary>
    private static async Task<RepoBundle> ReadBundleAsync(string file, CancellationToken cancellationToken)
    {
        var archive = await InputFile.OpenSeekableAsync(file, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            var name = await FindBundleAsync(archive, cancellationToken).ConfigureAwait(false);
            var bundle = await ReadMemberAsync(
                archive, name, content => RepoBundle.FromStreamAsync(content, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
            return await CheckAsync(bundle, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<RepoBundle> CheckAsync(RepoBundle bundle, CancellationToken cancellationToken)
    {
        try
        {
            if (!bundle.IsEmpty)
            {
                var report = await GitBundle.VerifyAsync(bundle.FilePath!, cancellationToken: cancellationToken).ConfigureAwait(false);
                report.ThrowIfDamaged();
            }

            return bundle;
        }
        catch
        {
            bundle.Dispose();
            throw;
        }
    }

    private static Task<string> FindBundleAsync(Stream archive, CancellationToken cancellationToken)
        => ReadMemberAsync(
            archive,
            "manifest.json",
            async content =>
            {
                using var bytes = new MemoryStream();
                await content.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
                return CheckpointManifest.Parse(bytes.ToArray()).Files.RepoBundle;
            },
            cancellationToken);

    private static async Task<T> ReadMemberAsync<T>(Stream archive, string path, Func<Stream, Task<T>> read, CancellationToken cancellationToken)
    {
        archive.Position = 0;
        var reader = new CheckpointArchiveReader(archive, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadNextAsync(cancellationToken).ConfigureAwait(false) is { } member)
            {
                if (member.Path == path && !member.IsDirectory)
                {
                    return path == "manifest.json" && member.Length > CheckpointLimits.Default.MaxManifestBytes
                        ? throw new UsageException("FILE is not a checkpoint archive: its manifest is too large.")
                        : await read(member.Content).ConfigureAwait(false);
                }
            }
        }

        throw new UsageException($"FILE has no {Printable.Of(path)}.");
    }

    private static void Print(Terminal terminal, GitPushResult push, bool json)
    {
        if (json)
        {
            terminal.Line(ReportJson.Object(writer => PushJson.Write(writer, push)));
            return;
        }

        foreach (var refusal in push.Refused)
        {
            terminal.ErrorLine($"refused: {Printable.Of(refusal)}");
        }

        if (push.TotalRefused > push.Refused.Count)
        {
            terminal.ErrorLine($"… and {Quantity.Of(push.TotalRefused - push.Refused.Count)} more");
        }

        terminal.Line(push.IsComplete
            ? $"{Quantity.Of(push.RefCount, "ref", "refs")} pushed to {push.Remote}"
            : $"not pushed to {push.Remote}: {Printable.Of(push.Failure ?? "refs were refused")}");
    }
}
