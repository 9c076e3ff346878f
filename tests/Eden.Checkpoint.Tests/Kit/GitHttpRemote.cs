using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A real smart-HTTP git remote on loopback: Kestrel in front of <c>git http-backend</c>, one CGI process per request,
/// bodies streamed both ways. Serves every repository below one folder; the switches may be changed while it runs.</summary>
internal sealed class GitHttpRemote : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly string _projectRoot;
    private readonly string _backend;
    private int _requests;
    private int _packRequests;

    private GitHttpRemote(WebApplication application, string projectRoot, string backend)
    {
        _application = application;
        _projectRoot = projectRoot;
        _backend = backend;
    }

    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1/");

    public string Realm { get; init; } = "EDEN";

    /// <summary>Gets or sets the user name asked for; <see langword="null"/> for an open remote.</summary>
    public string? UserName { get; set; }

    public string? Password { get; set; }

    /// <summary>Gets or sets a value indicating whether pushes are accepted.</summary>
    public bool ReceivePack { get; set; }

    public GitHttpFault Fault { get; set; }

    /// <summary>Gets or sets where <see cref="GitHttpFault.Redirect"/> leads; the request's path and query are appended.</summary>
    public string RedirectTarget { get; set; } = "";

    /// <summary>Gets or sets how many bytes of the pack answer are sent before it is cut, stalls or has a wrong bit.</summary>
    public int FaultAfterBytes { get; set; } = 2000;

    /// <summary>Gets or sets what is called when a request arrives, before it is answered.</summary>
    public Func<HttpRequest, Task>? OnRequest { get; set; }

    /// <summary>Gets or sets what answers requests in git's place: it returns whether it did.</summary>
    public Func<HttpContext, Task<bool>>? Answer { get; set; }

    /// <summary>Gets the number of requests so far, refused ones included.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Gets the number of requests for a pack so far.</summary>
    public int PackRequests => Volatile.Read(ref _packRequests);

    /// <summary>Gets the <c>Authorization</c> headers seen, in the order of arrival.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>Starts a remote for the repositories below a folder.</summary>
    /// <param name="projectRoot">The folder.</param>
    /// <param name="certificate">The certificate of an HTTPS remote; <see langword="null"/> for plain HTTP.</param>
    public static async Task<GitHttpRemote> StartAsync(string projectRoot, X509Certificate2? certificate = null)
    {
        var backend = Path.Combine(await GitCli.RunAsync(projectRoot, "--exec-path"), "git-http-backend");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        var application = builder.Build();
        var remote = new GitHttpRemote(application, Path.GetFullPath(projectRoot), backend);
        application.Run(remote.HandleAsync);
        await application.StartAsync();
        remote.BaseAddress = new Uri(application.Urls.Single() + "/");
        return remote;
    }

    /// <summary>Returns the address of a repository.</summary>
    public string Url(string repository) => new Uri(BaseAddress, repository).ToString();

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _application.StopAsync(soon.Token);
        await _application.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        await (OnRequest?.Invoke(context.Request) ?? Task.CompletedTask);
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            Authorizations.Enqueue(authorization);
        }

        var isPack = context.Request.Method == HttpMethods.Post && context.Request.Path.Value!.EndsWith("/git-upload-pack", StringComparison.Ordinal);
        if (isPack)
        {
            Interlocked.Increment(ref _packRequests);
        }

        if (Answer is { } answer && await answer(context))
        {
            return;
        }

        switch (Fault)
        {
            case GitHttpFault.ServerError:
                context.Response.StatusCode = 500;
                await context.Response.WriteAsync("The database of the git host is on fire.");
                return;
            case GitHttpFault.Redirect:
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = RedirectTarget + context.Request.Path + context.Request.QueryString;
                return;
            case GitHttpFault.Hang:
                await UntilGoneAsync(context);
                return;
            case GitHttpFault.WebPage:
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html>Welcome</html>");
                return;
        }

        if (Fault == GitHttpFault.Unauthorized || !IsAllowed(authorization))
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Basic realm=\"{Realm}\", charset=\"UTF-8\"";
            return;
        }

        await RunBackendAsync(context, isPack);
    }

    private static async Task UntilGoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private bool IsAllowed(string authorization)
    {
        if (UserName is null)
        {
            return true;
        }

        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}"));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(authorization));
    }

    private async Task RunBackendAsync(HttpContext context, bool isPack)
    {
        var request = context.Request;
        var start = new ProcessStartInfo(_backend)
        {
            WorkingDirectory = _projectRoot,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        GitCli.Isolate(start);
        Configure(start, request);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("git http-backend did not start.");
        try
        {
            var sending = SendBodyAsync(request.Body, process.StandardInput.BaseStream, context.RequestAborted);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            await CopyAnswerAsync(process.StandardOutput.BaseStream, context, isPack);
            await sending;
            await errors;
            await process.WaitForExitAsync(CancellationToken.None);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private void Configure(ProcessStartInfo start, HttpRequest request)
    {
        var environment = start.Environment;
        environment["GIT_PROJECT_ROOT"] = _projectRoot;
        environment["GIT_HTTP_EXPORT_ALL"] = "1";
        environment["PATH_INFO"] = request.Path.Value;
        environment["QUERY_STRING"] = request.QueryString.HasValue ? request.QueryString.Value![1..] : "";
        environment["REQUEST_METHOD"] = request.Method;
        environment["SERVER_PROTOCOL"] = request.Protocol;
        environment["REMOTE_ADDR"] = "127.0.0.1";
        Set("CONTENT_TYPE", request.ContentType);
        Set("CONTENT_LENGTH", request.ContentLength?.ToString(CultureInfo.InvariantCulture));
        Set("HTTP_CONTENT_ENCODING", request.Headers.ContentEncoding);
        Set("GIT_PROTOCOL", request.Headers["Git-Protocol"]);
        Set("REMOTE_USER", UserName);

        // The served folder may belong to another user than the one who runs the tests.
        (string Key, string Value)[] settings = [("safe.directory", "*"), ("http.receivepack", ReceivePack ? "true" : "false")];
        environment["GIT_CONFIG_COUNT"] = settings.Length.ToString(CultureInfo.InvariantCulture);
        for (var index = 0; index < settings.Length; index++)
        {
            environment[$"GIT_CONFIG_KEY_{index}"] = settings[index].Key;
            environment[$"GIT_CONFIG_VALUE_{index}"] = settings[index].Value;
        }

        void Set(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                environment[name] = value;
            }
        }
    }

    private static async Task SendBodyAsync(Stream body, Stream input, CancellationToken cancellationToken)
    {
        try
        {
            await body.CopyToAsync(input, cancellationToken);
            input.Close();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The backend ended early or the client went away; the answer tells.
        }
    }

    private async Task CopyAnswerAsync(Stream output, HttpContext context, bool isPack)
    {
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        await ReadHeadersAsync(output, context.Response);
        var cut = isPack && Fault is GitHttpFault.CloseMidPack or GitHttpFault.StallMidPack ? FaultAfterBytes : long.MaxValue;
        var buffer = new byte[1 << 15];
        for (var sent = 0L; ;)
        {
            var count = await output.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, Math.Max(1, cut - sent))), context.RequestAborted);
            if (count == 0)
            {
                return;
            }

            if (sent + count > cut)
            {
                await context.Response.Body.FlushAsync(context.RequestAborted);
                if (Fault == GitHttpFault.StallMidPack)
                {
                    await UntilGoneAsync(context);
                }

                context.Abort();
                return;
            }

            if (isPack && Fault == GitHttpFault.FlipMidPack && FaultAfterBytes >= sent && FaultAfterBytes < sent + count)
            {
                buffer[FaultAfterBytes - sent] ^= 0x10;
            }

            await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
            sent += count;
        }
    }

    private static async Task ReadHeadersAsync(Stream output, HttpResponse response)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await output.ReadAsync(one) == 1)
        {
            if (one[0] != '\n')
            {
                line.Append((char)one[0]);
                continue;
            }

            var text = line.ToString().TrimEnd('\r');
            line.Clear();
            if (text.Length == 0)
            {
                return;
            }

            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (text[..colon], text[(colon + 1)..].Trim());
            if (name.Equals("Status", StringComparison.OrdinalIgnoreCase))
            {
                response.StatusCode = int.Parse(value.AsSpan(0, 3), CultureInfo.InvariantCulture);
            }
            else
            {
                response.Headers[name] = value;
            }
        }

        response.StatusCode = 502;
    }
}
