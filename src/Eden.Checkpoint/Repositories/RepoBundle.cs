using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>A git bundle in a file, or the zero-byte placeholder (spec §1). Disposable; reading is thread-safe.</summary>
public sealed class RepoBundle : IDisposable
{
    private readonly TemporaryDirectory? _owned;
    private readonly bool _deleteFile;
    private readonly string? _path;

    private RepoBundle(string? path, long length, bool deleteFile, TemporaryDirectory? owned)
    {
        _path = path;
        Length = length;
        _deleteFile = deleteFile;
        _owned = owned;
    }

    /// <summary>Gets the zero-byte placeholder: structurally valid, not resumable. Disposing it does nothing.</summary>
    public static RepoBundle Empty { get; } = new(null, 0, false, null);

    /// <summary>Gets the length in bytes.</summary>
    public long Length { get; }

    /// <summary>Gets a value indicating whether this is the zero-byte placeholder.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>Gets what the maker of the bundle wants the operator to know; shown in the export's result.</summary>
    public IReadOnlyList<CheckpointWarning> Warnings { get; init; } = [];

    /// <summary>Gets a value indicating whether this library made the bundle out of a repository: everything that its refs reach was found then, and each object was copied
    /// under a checksum of the repository or was hashed.</summary>
    internal bool IsMadeFromRepository { get; private init; }

    /// <summary>Gets the file; <see langword="null"/> for the placeholder.</summary>
    public string? FilePath => _path;

    /// <summary>Takes a file as it is. Its content is not looked at.</summary>
    /// <param name="path">The file; it must not change while the bundle is in use.</param>
    /// <param name="deleteOnDispose">Whether disposing deletes the file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">It is a device, a pipe or a socket, whose length nobody knows: copy it with <see cref="FromStreamAsync"/>.</exception>
    public static RepoBundle FromFile(string path, bool deleteOnDispose = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (SpecialFile.IsAt(path))
        {
            throw new ArgumentException("The bundle is a device, a pipe or a socket, not a file: read it as a stream.", nameof(path));
        }

        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new FileNotFoundException("There is no bundle file at that path.", path);
        }

        return new RepoBundle(file.FullName, file.Length, deleteOnDispose, null);
    }

    /// <summary>Takes a file that was made from a repository and goes away with the bundle, together with the directory that was made for it, if there is one.</summary>
    internal static RepoBundle FromRepository(string path, TemporaryDirectory? directory, IReadOnlyList<CheckpointWarning> warnings)
        => new(path, new FileInfo(path).Length, deleteFile: directory is null, directory) { Warnings = warnings, IsMadeFromRepository = true };

    /// <summary>Makes a zero-byte placeholder that says why it is one.</summary>
    internal static RepoBundle EmptyBecause(IReadOnlyList<CheckpointWarning> warnings) => new(null, 0, false, null) { Warnings = warnings };

    /// <summary>Copies a stream from its current position into a private temporary file.</summary>
    /// <param name="source">Readable, need not seek, left open.</param>
    /// <param name="temporaryDirectory">Where to make the file; <see langword="null"/> for the system's temporary directory.</param>
    /// <param name="cancellationToken">Cancels the copy; the file is gone afterwards.</param>
    public static async Task<RepoBundle> FromStreamAsync(
        Stream source, string? temporaryDirectory = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var directory = TemporaryDirectory.Create(temporaryDirectory);
        try
        {
            var file = directory.CreateFile("repo.bundle");
            await using (file.ConfigureAwait(false))
            {
                await source.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
                await file.FlushAsync(cancellationToken).ConfigureAwait(false);
                return new RepoBundle(file.Name, file.Length, false, directory);
            }
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Puts bytes into a private temporary file. Meant for tests and small bundles.</summary>
    /// <param name="bytes">The bundle's bytes; none for a bundle like <see cref="Empty"/>.</param>
    public static RepoBundle FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return Empty;
        }

        var directory = TemporaryDirectory.Create();
        try
        {
            using var file = directory.CreateFile("repo.bundle");
            file.Write(bytes);
            return new RepoBundle(file.Name, bytes.Length, false, directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Opens the bytes for reading, from the start. Each call gives an independent stream; the caller disposes it.</summary>
    public Stream OpenRead() => _path is null
        ? new MemoryStream([], writable: false)
        : TemporaryDirectory.OpenFileAt(_path);

    /// <summary>Deletes the file when the bundle owns it.</summary>
    public void Dispose()
    {
        _owned?.Dispose();
        if (_deleteFile && _path is not null)
        {
            File.Delete(_path);
        }
    }
}
