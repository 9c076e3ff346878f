using System.Buffers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>Finds out whose bearer a request carries: <c>Bearer admin:&lt;token&gt;</c>, or <c>Bearer &lt;worker id&gt;:&lt;token&gt;</c>. Thread-safe.</summary>
internal sealed class BearerAuthentication
{
    private const string Admin = "admin";
    private const string WorkerPrefix = "wkr_";
    private const int WorkerIdLength = 30;
    private const int NetworkBytes = 8; // of an IPv6 address

    // The same answer for an unknown worker and a wrong token.
    private const string BadBearer = "The bearer is not valid.";

    private static readonly SearchValues<char> s_idCharacters = SearchValues.Create("0123456789abcdefghjkmnpqrstvwxyz");
    private static readonly object s_answer = new();

    private readonly byte[]? _adminDigest;
    private readonly WorkerTokens _workers;

    public BearerAuthentication(IOptions<EdenCheckpointOptions> options, WorkerTokens workers)
    {
        _adminDigest = string.IsNullOrEmpty(options.Value.AdminToken) ? null : Digest(options.Value.AdminToken);
        _workers = workers;
    }

    /// <summary>Names the caller. A request is asked once: the scheme and the endpoints share the answer.</summary>
    /// <exception cref="CheckpointUnauthorizedException">There is no bearer, or not a valid one.</exception>
    public Task<BearerCaller> AuthenticateAsync(HttpContext context)
    {
        if (context.Items.TryGetValue(s_answer, out var known) && known is Task<BearerCaller> answer)
        {
            return answer;
        }

        answer = FindAsync(context);
        context.Items[s_answer] = answer;
        return answer;
    }

    private async Task<BearerCaller> FindAsync(HttpContext context)
    {
        var bearer = BearerCredential.Read(context.Request);
        if (bearer.Principal == Admin)
        {
            return IsAdmin(bearer.Secret) ? new BearerCaller(Admin, true) : throw new CheckpointUnauthorizedException(BadBearer);
        }

        // The form of an id is no secret; what has another form names nobody.
        return IsWorkerId(bearer.Principal) && await _workers.IsValidAsync(bearer.Principal, bearer.Secret, Client(context), context.RequestAborted).ConfigureAwait(false)
            ? new BearerCaller(bearer.Principal, false)
            : throw new CheckpointUnauthorizedException(BadBearer);
    }

    /// <summary>Names the client: its address, or the network of an IPv6 address, of which one client has as many as it likes.</summary>
    private static string Client(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return "";
        }

        return address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes))
            : address.MapToIPv4().ToString();
    }

    private static bool IsWorkerId(string text)
        => text.Length == WorkerIdLength && text.StartsWith(WorkerPrefix, StringComparison.Ordinal)
            && !text.AsSpan(WorkerPrefix.Length).ContainsAnyExcept(s_idCharacters);

    // Digests have one length, so the comparison tells nothing about the token's.
    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private bool IsAdmin(string token) => _adminDigest is not null && CryptographicOperations.FixedTimeEquals(Digest(token), _adminDigest);
}
