namespace Eden.Checkpoint;

/// <summary>A private directory (0700) for one operation's temporary files, gone with everything in it when it is disposed.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private TemporaryDirectory(string path) => Path = path;

    public string Path { get; }

    /// <summary>Makes a directory with a random name.</summary>
    /// <param name="parent">Where to make it; <see langword="null"/> for the system's temporary directory.</param>
    /// <exception cref="IOException">It could not be made there; the message names the place.</exception>
    public static TemporaryDirectory Create(string? parent = null)
    {
        try
        {
            return parent is null
                ? new TemporaryDirectory(Directory.CreateTempSubdirectory("eden-checkpoint-").FullName)
                : CreateAt(System.IO.Path.Combine(System.IO.Path.GetFullPath(parent), $"eden-checkpoint-{Guid.NewGuid():N}"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The system's message names no place, or one that nobody has chosen.
            throw new IOException($"No temporary directory can be made in '{parent ?? System.IO.Path.GetTempPath()}': {failure.Message}", failure);
        }
    }

    /// <summary>Makes a directory of a given name.</summary>
    public static TemporaryDirectory CreateAt(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new TemporaryDirectory(path);
    }

    /// <summary>Returns the path of a file in the directory. Nothing is created.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Creates a new file that only this user may read, for asynchronous sequential use.</summary>
    public FileStream CreateFile(string name) => CreateFile(File(name), FileAccess.ReadWrite);

    /// <summary>Opens a file of the directory for asynchronous sequential reading.</summary>
    public FileStream OpenFile(string name) => OpenFileAt(File(name));

    /// <summary>Opens a file anywhere in the directory, by its full path.</summary>
    public static FileStream OpenFileAt(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = 1 << 16,
        Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    internal static FileStream CreateFile(string path, FileAccess access)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = access,
            Share = FileShare.Read,
            BufferSize = 1 << 16,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
