using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;

namespace Eden.Git.Remotes;

/// <summary>The HTTP side of one sync: libgit2 speaks git's protocol, this carries its requests.</summary>
/// <remarks>libgit2's stock transport follows redirects to other hosts, answers their challenges, reads proxies from the machine's
/// configuration and cannot be interrupted. So a scheme of our own is registered, whose URLs hold nothing but a session's random name: no
/// credential ever reaches libgit2, and no <c>insteadOf</c> rule of the machine matches.</remarks>
internal sealed class HttpRemoteSession : IDisposable
{
    /// <summary>The scheme by which libgit2 is told to use the subtransport of a sync.</summary>
    public const string Scheme = "eden-checkpoint-sync";

    private const int MaxRedirects = 5;
    private const int MaxRefsBytes = 512 << 20;
    private const int MaxWordsBytes = 4096;

    /// <summary>The service of a fetch.</summary>
    public const string UploadPack = "git-upload-pack";

    /// <summary>The service of a push.</summary>
    public const string ReceivePack = "git-receive-pack";

    private static readonly ConcurrentDictionary<string, HttpRemoteSession> s_sessions = new();

    // The line by which git says that it has named all it has.
    private static ReadOnlySpan<byte> Done => "0009done\n"u8;

    private readonly string _service;
    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly GitRemoteAddress _remote;
    private readonly RemoteConnection _options;
    private readonly CancellationToken _cancellationToken;
    private readonly HttpClient _client;
    private readonly HttpFailures _failures;
    private readonly HttpAuthentication _authentication;
    private Uri _base;
    private Advertisement? _refs;
    private IReadOnlyList<string> _haves = [];
    private IReadOnlyList<string> _wants = [];

    public HttpRemoteSession(GitRemoteAddress remote, RemoteConnection options, CancellationToken cancellationToken, string service = UploadPack)
    {
        _service = service;
        _remote = remote;
        _base = new Uri(remote.Text + "/");
        _options = options;
        _cancellationToken = cancellationToken;
        _failures = new HttpFailures(remote, options, Words);
        _authentication = new HttpAuthentication(remote, options, Words);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy,
            ConnectTimeout = options.ConnectTimeout,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = _failures.Accept },
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        s_sessions[_name] = this;
    }

    /// <summary>Gets the URL that libgit2 is told.</summary>
    public string Url => $"{Scheme}://{_name}/repository";

    /// <summary>Gets the first thing that went wrong: libgit2 passes on no more than a text.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets what the remote said last in its own words.</summary>
    public RemoteWords Words { get; } = new();

    public CancellationToken CancellationToken => _cancellationToken;

    /// <summary>Gets or sets who takes the packs that the remote sends; <see langword="null"/> for libgit2.</summary>
    public IPackReceiver? PackReceiver { get; set; }

    public static HttpRemoteSession Find(string url)
    {
        var name = url.AsSpan(Scheme.Length + 3);
        var slash = name.IndexOf('/');
        return s_sessions.TryGetValue((slash < 0 ? name : name[..slash]).ToString(), out var session)
            ? session
            : throw new InvalidOperationException("The sync of this URL has ended.");
    }

    public void Fail(Exception exception) => Failure ??= exception;

    /// <summary>Asks for the remote's refs, once: what is listed is what is fetched.</summary>
    /// <param name="refused">What the remote does not let us do, for the message when it says no.</param>
    public async Task<Advertisement> GetRefsAsync(string refused)
    {
        if (_refs is null)
        {
            using var response = await SendAsync(HttpMethod.Get, $"info/refs?service={_service}", null, $"application/x-{_service}-advertisement").ConfigureAwait(false);
            var answer = await response.Content.ReadAsStreamAsync(_cancellationToken).ConfigureAwait(false);
            await using (answer.ConfigureAwait(false))
            {
                var bytes = await ReadRefsAsync(answer).ConfigureAwait(false);
                new AnswerListener(Words).Listen(bytes.AsSpan(0, Math.Min(bytes.Length, MaxWordsBytes)));
                _refs = Advertisement.Read(bytes, _remote, refused, Words);
            }
        }

        return _refs;
    }

    /// <summary>Returns what libgit2 is told of the refs that were listed: the first object that is wanted, under a name of ours.</summary>
    public byte[] RefsToFetch() => (_refs ?? throw new InvalidOperationException("The refs were not listed.")).WithOneRef(_wants[0]);

    /// <summary>Names the objects to ask for, at least one: such as refs name that were listed.</summary>
    /// <remarks>libgit2 would look for each in its database and list all folders for those that it does not find.</remarks>
    public void Want(IReadOnlyList<string> wants) => _wants = wants;

    /// <summary>Makes the next question for the refs go to the remote again.</summary>
    public void ForgetRefs() => _refs = null;

    /// <summary>Names commits that are here with everything they reach, which the remote need not send.</summary>
    public void Offer(IReadOnlyList<string> haves) => _haves = haves;

    /// <summary>Asks for a pack, or takes part in finding out what should be in it.</summary>
    public Task<HttpResponseMessage> PostAsync(ReadOnlyMemory<byte> request)
    {
        var body = request.Span.EndsWith(Done) ? Complete(request.Span) : request;
        return PostAsync(() => new ReadOnlyMemoryContent(body));
    }

    /// <summary>Sends a request that is too large to hold.</summary>
    /// <param name="request">Makes the content; called once more when the remote wants authentication first.</param>
    public Task<HttpResponseMessage> PostAsync(Func<HttpContent> request)
        => SendAsync(HttpMethod.Post, _service, request, $"application/x-{_service}-result");

    public void Dispose()
    {
        s_sessions.TryRemove(_name, out _);
        _client.Dispose();
    }

    /// <summary>Adds what else is wanted, and what is here, to the request that ends the negotiation: libgit2 knows nothing of either.</summary>
    private byte[] Complete(ReadOnlySpan<byte> request)
    {
        // The first line wants an object and names the capabilities.
        using var longer = new MemoryStream();
        var rest = request;
        PacketLines.TryRead(ref rest, out _);
        longer.Write(request[..^rest.Length]);
        foreach (var want in _wants.Skip(1))
        {
            PacketLines.Write(longer, $"want {want}\n");
        }

        longer.Write(rest[..^Done.Length]);
        foreach (var have in _haves)
        {
            PacketLines.Write(longer, $"have {have}\n");
        }

        longer.Write(Done);
        return longer.ToArray();
    }

    private async Task<byte[]> ReadRefsAsync(Stream answer)
    {
        using var refs = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = await answer.ReadAsync(buffer, _cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (refs.Length + count > MaxRefsBytes)
            {
                throw new GitRemoteUnavailableException($"The remote '{_remote}' advertises more than {MaxRefsBytes >> 20} MiB of refs.");
            }

            refs.Write(buffer.AsSpan(0, count));
        }

        return refs.ToArray();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Func<HttpContent>? body, string expectedType)
    {
        var address = new Uri(_base, path);
        Words.Clear();
        for (var redirects = 0; ;)
        {
            var response = await SendOnceAsync(method, address, body, expectedType).ConfigureAwait(false);
            try
            {
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return await CheckAsync(response, expectedType).ConfigureAwait(false);
                }

                if (response.StatusCode == HttpStatusCode.Unauthorized && _authentication.Header is null)
                {
                    await _authentication.AnswerAsync(response, _cancellationToken).ConfigureAwait(false);
                }
                else if (HttpFailures.IsRedirect(response.StatusCode) && body is null && redirects++ < MaxRedirects)
                {
                    address = Redirected(address, response.Headers.Location, path);
                }
                else
                {
                    await _failures.ReadWordsAsync(response, _cancellationToken).ConfigureAwait(false);
                    throw _failures.Of(response);
                }
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, Func<HttpContent>? body, string expectedType)
    {
        using var request = new HttpRequestMessage(method, address);

        // Some hosts tell git from a browser by this prefix.
        request.Headers.TryAddWithoutValidation("User-Agent", "git/2.0 (Eden.Checkpoint)");
        request.Headers.Accept.ParseAdd(expectedType);
        request.Headers.Pragma.ParseAdd("no-cache");
        request.Headers.Authorization = _authentication.Header;
        if (body is not null)
        {
            request.Content = body();
            request.Content.Headers.ContentType = new MediaTypeHeaderValue($"application/x-{_service}-request");
        }

        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw _failures.Of(exception);
        }
        catch (OperationCanceledException exception) when (!_cancellationToken.IsCancellationRequested)
        {
            // The handler reports its connect timeout as a cancellation.
            throw new GitRemoteUnavailableException(
                $"The remote '{_remote}' did not accept a connection within {_options.ConnectTimeout.TotalSeconds:0.###} s.",
                new TimeoutException(exception.Message, exception));
        }
    }

    private async Task<HttpResponseMessage> CheckAsync(HttpResponseMessage response, string expectedType)
    {
        if (string.Equals(response.Content.Headers.ContentType?.MediaType, expectedType, StringComparison.OrdinalIgnoreCase))
        {
            return response;
        }

        await _failures.ReadWordsAsync(response, _cancellationToken).ConfigureAwait(false);
        throw new GitException(Words.AddTo($"The remote '{_remote}' answered, but not as a git repository over smart HTTP."));
    }

    /// <summary>Follows a redirect on the same scheme, host and port, and asks there from then on.</summary>
    private Uri Redirected(Uri from, Uri? location, string path)
    {
        var target = location is null ? null : new Uri(from, location);
        if (target is null || !target.AbsoluteUri.EndsWith("/" + path, StringComparison.Ordinal))
        {
            throw new GitRepositoryNotFoundException($"The remote '{_remote}' redirects to something that is not a git repository.");
        }

        // Another host gets neither the credential nor a request: whoever means that host should configure it.
        if (Uri.Compare(target, _base, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) != 0)
        {
            throw new GitException(
                $"The remote '{_remote}' redirects to {target.Scheme}://{target.Authority}, which is not followed; configure that URL if it is meant.");
        }

        var bare = new UriBuilder(target) { UserName = "", Password = "" }.Uri;
        _base = new Uri(bare.AbsoluteUri[..^path.Length]);
        return bare;
    }
}
