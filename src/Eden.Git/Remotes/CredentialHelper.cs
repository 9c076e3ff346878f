using System.Diagnostics;
using System.Text;
using Eden.Git.Remotes;

namespace Eden.Git;

/// <summary>Asks a git credential helper: a program that is called with the argument <c>get</c>, reads <c>protocol=</c> and
/// <c>host=</c> lines up to an empty one, and prints <c>username=</c> and <c>password=</c> lines.</summary>
/// <remarks>
/// <para>The rest of git's protocol is spoken too: a user name in the remote's URL is asked for by a <c>username=</c> line, and an answer that has only a password is used
/// with it; the remote's challenges are told in <c>wwwauth[]=</c> lines; <c>url=</c>, <c>quit=</c> and <c>password_expiry_utc=</c> are understood in answers. As in git, a complete
/// answer counts whatever the helper's exit code is.</para>
/// <para>Started directly, never through a shell. What it prints on standard error is thrown away, since it may hold secrets. Thread-safe:
/// each question starts a process of its own.</para>
/// </remarks>
public sealed class CredentialHelper : ICredentialSource
{
    /// <summary>The most that a helper may print, in bytes.</summary>
    private const int MaxOutputBytes = 64 << 10;

    private readonly TimeProvider _timeProvider;

    /// <summary>Creates a source that runs a helper. Nothing is started until a credential is asked for.</summary>
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

    /// <summary>Gets a value indicating whether the helper is told the remote's path, for one that keeps a credential for each repository of a host.</summary>
    /// <value>False by default, like git's <c>credential.useHttpPath</c>.</value>
    public bool UseHttpPath { get; init; }

    /// <inheritdoc/>
    public Task<GitCredential> GetAsync(Uri remote, CancellationToken cancellationToken = default) => GetAsync(remote, [], cancellationToken);

    /// <summary>Asks with the challenges that the remote sent.</summary>
    internal async Task<GitCredential> GetAsync(Uri remote, IReadOnlyList<string> challenges, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(remote);
        if (!remote.IsAbsoluteUri || remote.Host.Length == 0)
        {
            throw new ArgumentException("A remote with a host is needed.", nameof(remote));
        }

        var question = CredentialProtocol.Question(remote, UseHttpPath, challenges);
        cancellationToken.ThrowIfCancellationRequested();
        using var timeout = new CancellationTokenSource(Timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var process = Start();
        try
        {
            var output = await AskAsync(process, question, either.Token).ConfigureAwait(false);
            return Accept(CredentialProtocol.Read(output, _timeProvider.GetUtcNow()), CredentialProtocol.UserNameIn(remote), process.ExitCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GitRemoteUnavailableException(
                $"The credential helper '{Path}' did not answer within {Timeout.TotalSeconds:0.###} s.", new TimeoutException());
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Returns the program's file.</summary>
    public override string ToString() => Path;

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
        return output;

        async Task<string> ReadAsync(Stream source, CancellationToken token)
        {
            var buffer = new byte[MaxOutputBytes + 1];
            var length = await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, token).ConfigureAwait(false);
            try
            {
                return length <= MaxOutputBytes
                    ? Encoding.UTF8.GetString(buffer, 0, length)
                    : throw new GitCredentialsRefusedException($"The credential helper '{process.StartInfo.FileName}' printed more than {MaxOutputBytes} bytes.");
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
            return Process.Start(start) ?? throw new GitCredentialsRefusedException($"The credential helper '{Path}' did not start.");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new GitCredentialsRefusedException($"The credential helper '{Path}' cannot be started: {exception.Message}", exception);
        }
    }

    private GitCredential Accept(CredentialAnswer answer, string? askedFor, int exitCode)
    {
        if (answer.IsRefused)
        {
            throw new GitCredentialsRefusedException($"The credential helper '{Path}' refuses to give a credential (quit=1).");
        }

        if (answer.IsExpired)
        {
            throw new GitCredentialsRefusedException($"The credential helper '{Path}' gave a password that has expired (password_expiry_utc).");
        }

        var userName = answer.UserName ?? askedFor;
        if (userName is null || answer.Password is null)
        {
            // What makes a helper fail may pass: it asks a vault, or a disk. What it leaves out without failing, it leaves out the next time too.
            throw exitCode != 0
                ? new GitRemoteUnavailableException($"The credential helper '{Path}' ended with exit code {exitCode}.")
                : new GitCredentialsRefusedException($"The credential helper '{Path}' gave no {(userName is null ? "username" : "password")}= line.");
        }

        try
        {
            return new GitCredential(userName, answer.Password);
        }
        catch (ArgumentException exception)
        {
            throw new GitCredentialsRefusedException($"The credential helper '{Path}' gave a user name or password that cannot be used.", exception);
        }
    }
}
