using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace Eden.Checkpoint.Git;

/// <summary>Asks a git credential helper: a program that is called with the argument <c>get</c>, reads <c>protocol=</c> and
/// <c>host=</c> lines up to an empty one, and prints <c>username=</c> and <c>password=</c> lines.</summary>
/// <remarks>Started directly, never through a shell. What it prints on standard error is thrown away, since it may hold secrets. Thread-safe:
/// each question starts a process of its own.</remarks>
public sealed class CredentialHelper : ICredentialSource
{
    /// <summary>The most that a helper may print, in bytes.</summary>
    private const int MaxOutputBytes = 64 << 10;

    private static readonly SearchValues<char> s_lineBreaks = SearchValues.Create("\r\n\0");
    private readonly TimeProvider _timeProvider;

    /// <summary>Names the helper. Nothing is started or looked at yet.</summary>
    /// <param name="path">The program's file; a relative path is taken from the current directory, never from <c>PATH</c>.</param>
    /// <param name="timeProvider">The clock of <see cref="Timeout"/>; <see langword="null"/> for the system's.</param>
    public CredentialHelper(string path, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = System.IO.Path.GetFullPath(path);
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Gets the program's file.</summary>
    public string Path { get; }

    /// <summary>Gets how long the helper may take before it is killed with every process it started.</summary>
    /// <value>More than zero, up to an hour; 30 seconds by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside that range.</exception>
    public TimeSpan Timeout
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromHours(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A credential helper may take up to an hour.");
    } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task<GitCredential> GetAsync(Uri remote, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        var question = Question(remote);
        cancellationToken.ThrowIfCancellationRequested();
        using var timeout = new CancellationTokenSource(Timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var process = Start();
        try
        {
            return Parse(await AskAsync(process, question, either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CheckpointRepoUnavailableException(
                $"The credential helper '{Path}' did not answer within {Timeout.TotalSeconds:0.###} s.", new TimeoutException());
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Returns the program's file.</summary>
    public override string ToString() => Path;

    private static string Question(Uri remote)
    {
        if (!remote.IsAbsoluteUri || remote.Host.Length == 0)
        {
            throw new ArgumentException("A remote with a host is needed.", nameof(remote));
        }

        var host = remote.IsDefaultPort ? remote.Host : $"{remote.Host}:{remote.Port}";
        if (host.AsSpan().ContainsAny(s_lineBreaks) || remote.Scheme.AsSpan().ContainsAny(s_lineBreaks))
        {
            // A line break would let a URL write lines of its own into the question.
            throw new CheckpointRepoUnavailableException("The remote's host holds a line break or NUL, so no credential is asked for it.");
        }

        return $"protocol={remote.Scheme}\nhost={host}\n\n";
    }

    private static async Task<string> AskAsync(Process process, string question, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(question), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A helper need not read the question: one that knows a single answer may just print it.
        }

        var discarding = process.StandardError.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
        var output = await ReadAsync(process.StandardOutput.BaseStream, cancellationToken).ConfigureAwait(false);
        await discarding.ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return process.ExitCode == 0
            ? output
            : throw new CheckpointRepoUnavailableException($"The credential helper '{process.StartInfo.FileName}' ended with exit code {process.ExitCode}.");

        async Task<string> ReadAsync(Stream source, CancellationToken token)
        {
            var buffer = new byte[MaxOutputBytes + 1];
            var length = await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, token).ConfigureAwait(false);
            try
            {
                return length <= MaxOutputBytes
                    ? Encoding.UTF8.GetString(buffer, 0, length)
                    : throw new CheckpointRepoUnavailableException($"The credential helper '{process.StartInfo.FileName}' printed more than {MaxOutputBytes} bytes.");
            }
            finally
            {
                Array.Clear(buffer);
            }
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
        catch (AggregateException)
        {
            // Some of its children ended while they were being killed.
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Path)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        start.ArgumentList.Add("get");
        try
        {
            return Process.Start(start) ?? throw new CheckpointRepoUnavailableException($"The credential helper '{Path}' did not start.");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new CheckpointRepoUnavailableException($"The credential helper '{Path}' cannot be started: {exception.Message}", exception);
        }
    }

    private GitCredential Parse(string output)
    {
        string? userName = null;
        string? password = null;
        foreach (var line in output.Split('\n'))
        {
            var text = line.EndsWith('\r') ? line[..^1] : line;
            if (text.StartsWith("username=", StringComparison.Ordinal))
            {
                userName = text["username=".Length..];
            }
            else if (text.StartsWith("password=", StringComparison.Ordinal))
            {
                password = text["password=".Length..];
            }
        }

        if (userName is null || password is null)
        {
            throw new CheckpointRepoUnavailableException($"The credential helper '{Path}' gave no {(userName is null ? "username" : "password")}= line.");
        }

        try
        {
            return new GitCredential(userName, password);
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointRepoUnavailableException($"The credential helper '{Path}' gave a user name or password that cannot be used.", exception);
        }
    }
}
