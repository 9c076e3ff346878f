using System.Text;
using Eden.Checkpoint.Storage;

namespace Eden.Checkpoint.Import;

/// <summary>Hands tokens over as files that only this user may read: one <c>&lt;worker_id&gt;.token</c> each, which appears whole or not at all.</summary>
internal static class CredentialFiles
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static async Task WriteAsync(string directory, IReadOnlyList<WorkerCredential> credentials)
    {
        var path = Path.GetFullPath(directory);
        if (!Directory.Exists(path))
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, OwnerFile | UnixFileMode.UserExecute);
            }
        }

        foreach (var credential in credentials)
        {
            await WriteAsync(path, credential).ConfigureAwait(false);
        }

        DirectoryFlush.Flush(path);
    }

    private static async Task WriteAsync(string directory, WorkerCredential credential)
    {
        // A worker's id was held to its grammar, which has nothing of a path.
        var aside = Path.Combine(directory, $".{credential.WorkerId}.{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        try
        {
            var file = new FileStream(aside, options);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(Encoding.UTF8.GetBytes(credential.Token)).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, Path.Combine(directory, credential.WorkerId + ".token"), overwrite: true);
        }
        finally
        {
            // Gone already when the rename has happened; File.Delete does not mind.
            File.Delete(aside);
        }
    }
}
