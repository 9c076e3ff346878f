using System.Buffers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>The built-in check: <c>Bearer admin:&lt;token&gt;</c>, or <c>Bearer &lt;worker id&gt;:&lt;token&gt;</c>. Thread-safe.</summary>
internal sealed class BearerAuthorizer : ICheckpointAuthorizer
{
    private const string Admin = "admin";
    private const string WorkerPrefix = "wkr_";
    private const int WorkerIdLength = 30;
    private const int NetworkBytes = 8; // of an IPv6 address

    // The same answer for an unknown worker and a wrong token.
    private const string BadBearer = "The bearer is not valid.";

    private static readonly SearchValues<char> s_idCharacters = SearchValues.Create("0123456789abcdefghjkmnpqrstvwxyz");

    private readonly byte[]? _adminDigest;
    private readonly WorkerTokens _workers;

    public BearerAuthorizer(IOptions<EdenCheckpointOptions> options, WorkerTokens workers)
    {
        _adminDigest = string.IsNullOrEmpty(options.Value.AdminToken) ? null : Digest(options.Value.AdminToken);
        _workers = workers;
    }

    public async ValueTask AuthorizeAsync(HttpContext context, CheckpointOperation operation)
    {
        var bearer = BearerCredential.Read(context.Request);
        if (bearer.Principal == Admin)
        {
            if (!IsAdmin(bearer.Secret))
            {
                throw new CheckpointUnauthorizedException(BadBearer);
            }

            return;
        }

        // The form of an id is no secret; what has another form names nobody.
        if (!IsWorkerId(bearer.Principal) || !await _workers.IsValidAsync(bearer.Principal, bearer.Secret, Client(context), context.RequestAborted).ConfigureAwait(false))
        {
            throw new CheckpointUnauthorizedException(BadBearer);
        }

        if (operation != CheckpointOperation.ReadExperiment)
        {
            throw new CheckpointForbiddenException("Only the admin may do this.");
        }
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
