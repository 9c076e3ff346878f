using Eden.Shared;

namespace Eden.Checkpoint.Verification;

/// <summary>Copies members to private files, and opens those again.</summary>
internal static class MemberSpool
{
    private const int BufferLength = 1 << 16;

    /// <summary>Copies content into a new file and returns the file's path. The name is ours, never the archive's.</summary>
    public static async Task<string> CopyAsync(TemporaryDirectory directory, string name, Stream content, CancellationToken cancellationToken)
    {
        var file = directory.CreateFile(name);
        await using (file.ConfigureAwait(false))
        {
            await content.CopyToAsync(file, BufferLength, cancellationToken).ConfigureAwait(false);
        }

        return directory.File(name);
    }

    public static FileStream Open(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });
}
