using System.Security.Cryptography;
using Eden.Checkpoint.Artifacts;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Artifacts in files: stored by content under <c>sha256/ab/cdef…</c>, read by several kinds of URIs.</summary>
/// <remarks>
/// <para>It reads <c>eden://artifacts/sha256/&lt;64 hex&gt;</c>, which it hands out itself and whose bytes it checks while they are read, and
/// <c>checkpoint:sha256:&lt;64 hex&gt;</c>, which the rows of an import without an <see cref="IArtifactSink"/> hold, when it has such bytes;
/// <c>eden://artifacts/&lt;32 hex&gt;</c> from a directory of opaque names; and <c>file://</c> under allowed directories.</para>
/// <para>Files appear whole or not at all: they are written aside, hashed on the way, flushed to disk and renamed; what killed processes have left
/// half-written is removed by the next store. Thread-safe, also between processes.</para>
/// </remarks>
public sealed class FileSystemArtifactStore : IArtifactSource, IArtifactSink
{
    private const int BufferBytes = 1 << 16;

    private readonly string _directory;
    private readonly FileSystemArtifactStoreOptions _options;

    /// <summary>Creates a store. Nothing is touched yet.</summary>
    /// <param name="directory">Where artifacts are stored by content; made when the first one is stored.</param>
    /// <param name="options">What else may be read; <see langword="null"/> selects the defaults.</param>
    public FileSystemArtifactStore(string directory, FileSystemArtifactStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = Path.GetFullPath(directory);
        _options = options ?? new FileSystemArtifactStoreOptions();
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(string uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream?>(Open(uri));
    }

    /// <inheritdoc/>
    public async Task<string> StoreAsync(string sha256, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        ArgumentNullException.ThrowIfNull(content);
        if (!ArtifactLocation.IsSha256(sha256))
        {
            throw new ArgumentException("The hash must be 64 lowercase hex digits.", nameof(sha256));
        }

        var path = ArtifactLocation.PathOf(_directory, sha256);
        var folder = MakeFolder(Path.GetDirectoryName(path)!);

        // Above the folders of the single files, so that what killed processes have left is found in one place.
        var aside = AsideFile.Create(Path.GetDirectoryName(folder)!, bufferSize: 0);
        await using (aside.ConfigureAwait(false))
        {
            await WriteAsync(aside.Stream, sha256, content, cancellationToken).ConfigureAwait(false);

            // Overwriting equal bytes harms nobody, and mends a file that was damaged since.
            aside.MoveTo(path);
        }

        DirectoryFlush.Flush(folder);
        return ArtifactLocation.UriOf(sha256);
    }

    /// <summary>Makes a folder and what is missing above it, so that it outlasts a loss of power.</summary>
    private static string MakeFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            var parent = MakeFolder(Path.GetDirectoryName(folder)!);
            Directory.CreateDirectory(folder);
            DirectoryFlush.Flush(parent);
        }

        return folder;
    }

    private async Task WriteAsync(FileStream file, string sha256, Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var length = 0L;
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            length += read;
            if (length > _options.MaxArtifactBytes)
            {
                throw ArtifactFault.TooLarge(sha256, _options.MaxArtifactBytes);
            }

            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) is var actual && actual != sha256)
        {
            throw ArtifactFault.Altered(sha256, actual);
        }
    }

    private ArtifactReadStream? Open(string uri)
    {
        if (ArtifactLocation.TryParseContent(uri, out var sha256))
        {
            var stored = ArtifactLocation.PathOf(_directory, sha256);
            return uri != ArtifactLocation.UriOf(sha256) && !File.Exists(stored)
                ? null : new ArtifactReadStream(OpenFile(_directory, stored, uri), uri, _options.MaxArtifactBytes, sha256);
        }

        if (_options.OpaqueDirectory is { } opaque && ArtifactLocation.TryParseOpaque(uri, out var name))
        {
            var root = Path.GetFullPath(opaque);
            return new ArtifactReadStream(OpenFile(root, Path.Combine(root, name), uri), uri, _options.MaxArtifactBytes, null);
        }

        if (_options.FileRoots.Count > 0 && ArtifactLocation.TryParseFile(uri, out var path))
        {
            foreach (var root in _options.FileRoots)
            {
                if (GuardedFile.IsUnder(Path.GetFullPath(root), path))
                {
                    return new ArtifactReadStream(OpenFile(Path.GetFullPath(root), path, uri), uri, _options.MaxArtifactBytes, null);
                }
            }

            throw ArtifactFault.Refused(uri, "it lies outside of the directories that may be read");
        }

        return null;
    }

    private Stream OpenFile(string root, string path, string uri)
    {
        var file = GuardedFile.Open(root, path, out var fault);
        if (file is null)
        {
            throw ArtifactFault.Refused(uri, fault);
        }

        if (file.Length <= _options.MaxArtifactBytes)
        {
            return file;
        }

        file.Dispose();
        throw ArtifactFault.TooLarge(uri, _options.MaxArtifactBytes);
    }
}
