using Eden.Checkpoint.Credentials;
using Eden.Checkpoint.Verification;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Import;

/// <summary>The last step of an import, after its commit: hands the tokens over and pushes the repository. Nothing here throws: what fails is told in the result.</summary>
/// <param name="files">Where the tokens are to be written; <see langword="null"/> when they are not.</param>
/// <param name="push">Pushes the repository; <see langword="null"/> when it is not to be pushed.</param>
/// <param name="options">The options of the import.</param>
internal sealed class ImportFinish(CredentialFiles? files, ImportPush? push, CheckpointImportOptions options)
{
    /// <summary>Finishes an import.</summary>
    /// <param name="checkpoint">The archive.</param>
    /// <param name="credentials">The workers' credentials.</param>
    /// <param name="committed">The import.</param>
    /// <param name="repositoryPath">Where the repository was restored, if it was.</param>
    /// <param name="cancellationToken">Gives the push up, not the import.</param>
    public async Task<FinishedImport> FinishAsync(
        SpooledCheckpoint checkpoint, IReadOnlyList<WorkerCredential> credentials, CommittedImport committed, string? repositoryPath, CancellationToken cancellationToken)
    {
        var (written, handedOver) = HandOver(credentials);
        var pushed = push is null ? null : await push.RunAsync(checkpoint.Bundle, repositoryPath, committed.ExperimentId, cancellationToken).ConfigureAwait(false);
        return new FinishedImport(written, pushed, [.. handedOver, .. PushWarnings(pushed)]);
    }

    /// <summary>Puts the tokens where the caller wants them.</summary>
    private (bool Written, IReadOnlyList<CheckpointWarning> Warnings) HandOver(IReadOnlyList<WorkerCredential> credentials)
    {
        if (credentials.Count == 0)
        {
            return (false, []);
        }

        if (files is null)
        {
            return (false, [new CheckpointWarning(
                CheckpointWarningCode.CredentialsIssued,
                $"{credentials.Count} workers got fresh credentials. Their tokens are in the importer's result and nowhere else; what is not kept must be reissued.")]);
        }

        try
        {
            files.Place();
            return (true, [new CheckpointWarning(
                CheckpointWarningCode.CredentialsIssued,
                $"{credentials.Count} workers got fresh credentials: {Path.Combine(options.CredentialsDirectory!, "<worker_id>.token")}.")]);
        }
        catch (IOException failure)
        {
            return (false, [new CheckpointWarning(
                CheckpointWarningCode.CredentialsNotWritten,
                $"{credentials.Count} workers got fresh credentials, but not all tokens could be written to {options.CredentialsDirectory}: {failure.Message} "
                    + "They are in this result; what is not kept must be reissued.")]);
        }
    }

    private static IReadOnlyList<CheckpointWarning> PushWarnings(GitPushResult? pushed)
        => pushed is not { IsComplete: true, TotalRefused: > 0 } ? [] : [new CheckpointWarning(
            CheckpointWarningCode.RefsRefused,
            $"The remote has every branch and tag, but refused {pushed.TotalRefused} other refs, as git hosts do with those that they keep for themselves: {ShortText.Of(pushed.Refused[0], 200)}"
                + (pushed.TotalRefused > 1 ? " and others." : "."))];
}
