namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Takes a bundle from a file, or from a pipe, whose bytes come only once and are copied.</summary>
internal static class OpenBundle
{
    public static async Task<RepoBundle> ForReadingAsync(string path, CancellationToken cancellationToken)
    {
        var stream = InputFile.Open(path);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                return stream.CanSeek ? RepoBundle.FromFile(path) : await RepoBundle.FromStreamAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (ArgumentException wrong)
            {
                throw new UsageException(wrong);
            }
        }
    }
}
