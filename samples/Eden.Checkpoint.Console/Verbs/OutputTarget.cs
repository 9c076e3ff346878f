using Eden.Checkpoint.ConsoleHost.Output;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Where a verb writes to: a file, which appears by a rename, or a stream, which is standard output or a pipe.</summary>
internal sealed class OutputTarget : IAsyncDisposable
{
    private const string StandardOutput = "-";

    private readonly string _option;
    private readonly Stream? _stream;

    private OutputTarget(string option, string path, Stream? stream)
    {
        _option = option;
        Path = path;
        _stream = stream;
    }

    /// <summary>Gets the full path of a file; what was asked for otherwise.</summary>
    public string Path { get; }

    /// <summary>Gets what messages call it.</summary>
    public string Name => Path == StandardOutput ? "standard output" : Path;

    /// <summary>Looks at the place before any work is done. Where it is standard output, all that is said goes to standard error.</summary>
    /// <param name="path">The place; a single dash is standard output.</param>
    /// <param name="option">The option or argument that named it, for messages.</param>
    /// <param name="terminal">Where the verb says something.</param>
    /// <exception cref="UsageException">It is a directory, or in one that does not exist, or a terminal.</exception>
    public static OutputTarget Open(string path, string option, Terminal terminal)
    {
        if (path is StandardOutput or "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1")
        {
            if (terminal.OutputIsTerminal)
            {
                throw new UsageException($"{option} is a terminal: redirect standard output to a file or a program.");
            }

            terminal.LeaveOutput();
            return new OutputTarget(option, StandardOutput, Console.OpenStandardOutput());
        }

        return OpenPipe(path) is { } pipe ? new OutputTarget(option, path, pipe) : new OutputTarget(option, Check(path, option), null);
    }

    /// <summary>Runs what writes there. What the library does not replace, a device for example, is a usage mistake.</summary>
    public async Task<T> WriteAsync<T>(Func<string, Task<T>> toFile, Func<Stream, Task<T>> toStream)
    {
        try
        {
            return _stream is null ? await toFile(Path).ConfigureAwait(false) : await toStream(_stream).ConfigureAwait(false);
        }
        catch (ArgumentException refused) when (refused.ParamName is "archivePath" or "bundlePath")
        {
            throw new UsageException($"{_option}: {new UsageException(refused).Message}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string Check(string path, string option)
    {
        if (path.Length == 0)
        {
            throw new UsageException($"{option} is empty.");
        }

        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new UsageException($"{option} is a directory: {path}");
        }

        return Directory.Exists(System.IO.Path.GetDirectoryName(full))
            ? full
            : throw new UsageException($"{option} is in a directory that does not exist: {path}");
    }

    // Pipes have no length: nothing else is opened here but files without a byte, which are closed again.
    private static FileStream? OpenPipe(string path)
    {
        if (path.Length == 0 || new FileInfo(path) is not { Exists: true, Length: 0 })
        {
            return null;
        }

        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1 << 16, FileOptions.Asynchronous);
        }
        catch (UnauthorizedAccessException)
        {
            // A file that may not be written may still be replaced; whoever writes there finds out.
            return null;
        }

        if (!file.CanSeek)
        {
            return file;
        }

        file.Dispose();
        return null;
    }
}
