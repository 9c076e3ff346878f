using System.Text;
using Eden.Shared;

namespace Eden.Checkpoint.Credentials;

/// <summary>Hands tokens over as files that only this user may read: one <c>&lt;worker_id&gt;.token</c> each, which appears whole or not at all.</summary>
/// <remarks>They are written in a private folder of the directory before the transaction begins, since tokens exist once and a directory may be full, read-only
/// or no directory; after the commit they are only renamed. Used once, not thread-safe.</remarks>
internal sealed class CredentialFiles : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory;
    private readonly bool _isMade;
    private readonly TemporaryDirectory _staging;
    private IReadOnlyList<WorkerCredential> _staged = [];

    private CredentialFiles(string directory, bool isMade, TemporaryDirectory staging)
    {
        _directory = directory;
        _isMade = isMade;
        _staging = staging;
    }

    /// <summary>Makes the directory when it is not there, and a private folder in it.</summary>
    /// <exception cref="IOException">It is no directory, or cannot be made or written to; the message names it and says why.</exception>
    public static CredentialFiles Prepare(string directory)
    {
        try
        {
            var path = RealPath.Of(directory);
            if (File.Exists(path) || SpecialFile.IsAt(path))
            {
                throw new IOException("There is something that is no directory.");
            }

            var isMade = !Directory.Exists(path);
            if (isMade)
            {
                TemporaryDirectory.CreatePrivate(path);
            }

            return new CredentialFiles(path, isMade, TemporaryDirectory.Create(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The credentials directory '{directory}' cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>Writes the tokens, not yet in their places.</summary>
    /// <exception cref="IOException">They cannot be written, or a place is taken by something else; the message says which.</exception>
    public async Task StageAsync(IReadOnlyList<WorkerCredential> credentials, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var credential in credentials)
            {
                var place = PlaceOf(credential);
                if (Directory.Exists(place) || SpecialFile.IsAt(place))
                {
                    throw new IOException($"There is something at {place} that is no file.");
                }

                await WriteAsync(_staging.File(NameOf(credential)), credential, cancellationToken).ConfigureAwait(false);
            }

            _staged = credentials;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The tokens cannot be written to the credentials directory '{_directory}': {failure.Message}", failure);
        }
    }

    /// <summary>Moves the tokens to their places: those that can be, when some cannot.</summary>
    /// <exception cref="IOException">Some could not be moved.</exception>
    public void Place()
    {
        IOException? first = null;
        foreach (var credential in _staged)
        {
            try
            {
                File.Move(_staging.File(NameOf(credential)), PlaceOf(credential), overwrite: true);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                first ??= new IOException(failure.Message, failure);
            }
        }

        if (first is not null)
        {
            throw first;
        }

        DirectoryFlush.Flush(_directory);
    }

    /// <summary>Removes what has no place, and the directory when it was made for nothing.</summary>
    public void Dispose()
    {
        _staging.Dispose();
        if (_isMade && Directory.Exists(_directory) && !Directory.EnumerateFileSystemEntries(_directory).Any())
        {
            Directory.Delete(_directory, recursive: false);
        }
    }

    // A worker's id was held to its grammar, which has nothing of a path.
    private static string NameOf(WorkerCredential credential) => credential.WorkerId + ".token";

    private static async Task WriteAsync(string path, WorkerCredential credential, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        var file = new FileStream(path, options);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(credential.Token), cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
    }

    private string PlaceOf(WorkerCredential credential) => Path.Combine(_directory, NameOf(credential));
}
