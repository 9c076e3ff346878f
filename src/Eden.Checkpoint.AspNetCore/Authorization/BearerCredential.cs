using Microsoft.AspNetCore.Http;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>What follows <c>Bearer</c>: a principal and its secret, split at the first colon. Its text shows no secret.</summary>
internal readonly struct BearerCredential
{
    /// <summary>What leaves room for the scheme and the longest principal.</summary>
    public const int MaxSecretLength = 4000;

    private const string Scheme = "Bearer ";
    private const int MaxLength = 4096;

    private BearerCredential(string principal, string secret)
    {
        Principal = principal;
        Secret = secret;
    }

    public string Principal { get; }

    public string Secret { get; }

    /// <summary>Reads the header.</summary>
    /// <exception cref="CheckpointUnauthorizedException">There is none, or it has another form.</exception>
    public static BearerCredential Read(HttpRequest request)
    {
        if (request.Headers.Authorization is not [{ } header] || header.Length == 0)
        {
            throw new CheckpointUnauthorizedException("The request needs one Authorization header with a bearer.");
        }

        var colon = header.IndexOf(':', StringComparison.Ordinal);
        if (header.Length > MaxLength || colon < 0 || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new CheckpointUnauthorizedException("The Authorization header is not of the form 'Bearer <principal>:<secret>'.");
        }

        var principal = header[Scheme.Length..colon].TrimStart(' ');
        var secret = header[(colon + 1)..];
        return principal.Length > 0 && secret.Length > 0
            ? new BearerCredential(principal, secret)
            : throw new CheckpointUnauthorizedException("The bearer's principal or secret is empty.");
    }

    /// <summary>Whether a secret arrives as it is: white space at the end of a header is not part of its value.</summary>
    public static bool CanCarry(string secret)
        => secret.Length <= MaxSecretLength && !secret.EndsWith(' ') && !secret.Any(char.IsControl);

    public override string ToString() => $"{Principal}:***";
}
