using System.Buffers;
using System.Runtime.CompilerServices;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Keeps checkpoints as files of one directory: written aside, flushed to disk, renamed, and the directory flushed.</summary>
/// <remarks>A process that is killed while it writes leaves its unfinished file, hidden; the next write into the directory removes it. What a living process is
/// writing stays, of another container too: the system's locks tell the two apart.</remarks>
public sealed class DirectoryCheckpointDestination : ICheckpointDestination
{
    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private readonly string _directory;

    /// <summary>Creates a destination in a directory, which the first write makes when it is missing.</summary>
    /// <param name="directory">The directory.</param>
    public DirectoryCheckpointDestination(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = Path.GetFullPath(directory);
    }

    /// <inheritdoc/>
    public async Task WriteAsync(string name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        var path = PathOf(name);
        Directory.CreateDirectory(_directory);
        await AtomicFile.WriteAsync(
            path,
            async (stream, token) =>
            {
                await write(stream, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredCheckpoint> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        if (!Directory.Exists(_directory))
        {
            yield break;
        }

        foreach (var file in new DirectoryInfo(_directory).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Unfinished writes begin with a dot. So may foreign files, which are nobody's business here.
            if (!file.Name.StartsWith('.'))
            {
                yield return new StoredCheckpoint(file.Name, file.Length);
            }
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = PathOf(name);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream>(new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        }));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = PathOf(name);
        cancellationToken.ThrowIfCancellationRequested();
        if (Directory.Exists(_directory))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name[0] == '.' || name.AsSpan().ContainsAnyExcept(s_nameCharacters))
        {
            throw new ArgumentException("A checkpoint's name has letters, digits and ._- only and does not begin with a dot.", nameof(name));
        }

        return Path.Combine(_directory, name);
    }
}
