using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Eden.Checkpoint.AspNetCore.Tests.Kit;

/// <summary>A real Kestrel on loopback with the checkpoint endpoints, and a client for it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string AdminToken = "the-admin-token:with-a-colon";

    private readonly WebApplication _application;
    private long _bodyReads;

    private TestServer(WebApplication application, LogSink log)
    {
        _application = application;
        Log = log;
    }

    public LogSink Log { get; }

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    public HttpClient Client { get; private set; } = new();

    public IServiceProvider Services => _application.Services;

    /// <summary>Gets how often any request's body was read by the application.</summary>
    public long BodyReads => Interlocked.Read(ref _bodyReads);

    public static async Task<TestServer> StartAsync(
        Action<EdenCheckpointOptions> configure, string prefix = "", Action<IServiceCollection>? services = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var log = new LogSink();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);

            // On a busy machine a test may well be slower than a client may be.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddEdenCheckpoint(options =>
        {
            options.AdminToken = AdminToken;
            configure(options);
        });
        services?.Invoke(builder.Services);
        var application = builder.Build();
        var server = new TestServer(application, log);
        application.Use((context, next) =>
        {
            context.Request.Body = new CountedBody(context.Request.Body, () => Interlocked.Increment(ref server._bodyReads));
            return next(context);
        });
        application.MapEdenCheckpoint(prefix);
        map?.Invoke(application);
        await application.StartAsync();
        server.Address = new Uri(application.Urls.Single());
        server.Client = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
        server.Client.DefaultRequestHeaders.Authorization = Bearer("admin", AdminToken);
        return server;
    }

    public static AuthenticationHeaderValue Bearer(string principal, string secret) => new("Bearer", $"{principal}:{secret}");

    /// <summary>Asks for a checkpoint; the answer's body has not been read yet.</summary>
    public Task<HttpResponseMessage> ExportAsync(string experimentId, string query = "", Action<HttpRequestMessage>? change = null)
        => SendAsync(HttpMethod.Post, $"/v0/experiments/{experimentId}/checkpoint{query}", null, change);

    public async Task<byte[]> ExportedAsync(string experimentId)
    {
        using var answer = await ExportAsync(experimentId);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), answer.StatusCode == HttpStatusCode.OK ? "" : await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public Task<HttpResponseMessage> ImportAsync(HttpContent? archive, string query = "", Action<HttpRequestMessage>? change = null)
        => SendAsync(HttpMethod.Post, $"/v0/checkpoints/import{query}", archive, change);

    public Task<HttpResponseMessage> ImportAsync(byte[] archive, string query = "", Action<HttpRequestMessage>? change = null)
        => ImportAsync(new ByteArrayContent(archive), query, change);

    public Task<HttpResponseMessage> ReadAsync(string experimentId, Action<HttpRequestMessage>? change = null)
        => SendAsync(HttpMethod.Get, $"/v0/experiments/{experimentId}", null, change);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        change?.Invoke(request);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Stops; when the token is cancelled, what is still under way is aborted.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _application.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _application.StopAsync(soon.Token);
        await _application.DisposeAsync();
    }

    private sealed class CountedBody(Stream inner, Action read) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            read();
            return inner.ReadAsync(buffer, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A body is read asynchronously.");

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
