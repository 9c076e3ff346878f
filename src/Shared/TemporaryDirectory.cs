namespace Eden.Shared;

/// <summary>A private directory (0700) for one operation's temporary files, gone with everything in it when it is disposed. What killed processes have left
/// goes away when the next one is made in the same place; a lock in the directory tells it from what is in use.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>What the names of such directories begin with.</summary>
    public const string Prefix = "eden-checkpoint-";

    private const int MaxAttempts = 100;

    private readonly OwnerLock _lock;

    private TemporaryDirectory(string path, OwnerLock held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <summary>Makes a directory with a random name.</summary>
    /// <param name="parent">Where to make it; <see langword="null"/> for the system's temporary directory.</param>
    /// <exception cref="IOException">It could not be made there; the message names the place.</exception>
    public static TemporaryDirectory Create(string? parent = null)
    {
        var place = System.IO.Path.GetFullPath(parent ?? System.IO.Path.GetTempPath());
        try
        {
            if (!Directory.Exists(place))
            {
                // Whoever named it meant a place that is there: a volume that is not mounted is not to be taken for one.
                throw new DirectoryNotFoundException("It is not there.");
            }

            Sweep(place);
            for (var attempt = 1; ; attempt++)
            {
                if (TryCreate(System.IO.Path.Combine(place, NewName())) is { } made)
                {
                    return made;
                }

                if (attempt == MaxAttempts)
                {
                    throw new IOException("Something removes what is made there.");
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The system's message names no place, or one that nobody has chosen.
            throw new IOException($"No temporary directory can be made in '{place}': {failure.Message}", failure);
        }
    }

    /// <summary>Returns a name that no such directory has.</summary>
    public static string NewName() => $"{Prefix}{Guid.NewGuid():N}";

    /// <summary>Makes a directory that only this user can look into.</summary>
    public static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Whether a directory of that name may be one that was made here.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
        => name.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(name[Prefix.Length..], "N", out _);

    /// <summary>Removes the directories of killed processes.</summary>
    /// <param name="place">Where they were made.</param>
    public static void Sweep(string place)
    {
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(place, Prefix + "*"))
            {
                if (IsName(System.IO.Path.GetFileName(folder.AsSpan())))
                {
                    OwnerLock.RemoveAbandoned(folder);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Not there yet, or one that may be written to but not listed.
        }
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
        using (_lock)
        {
            if (Directory.Exists(Path))
            {
                _lock.Remove(Path);
            }
        }
    }

    private static TemporaryDirectory? TryCreate(string path)
    {
        CreatePrivate(path);
        try
        {
            return OwnerLock.TryTake(path) is { } held ? new TemporaryDirectory(path, held) : null;
        }
        catch
        {
            Directory.Delete(path, recursive: true);
            throw;
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
