using System.Text.RegularExpressions;

namespace Eden.Checkpoint.Server;

/// <summary>Takes secrets out of text: those that the server was given, and whatever looks like a bearer, a worker's token or a password in a URL.</summary>
internal sealed partial class SecretFilter(IEnumerable<string> secrets)
{
    private const string Mark = "***";

    // The longest first: one may be part of another.
    private readonly string[] _secrets = [.. secrets.SelectMany(secret => new[] { secret, Uri.EscapeDataString(secret) }).Distinct().OrderByDescending(secret => secret.Length)];

    public string Apply(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, Mark, StringComparison.Ordinal);
        }

        text = Bearer().Replace(text, "$1" + Mark);
        text = WorkerToken().Replace(text, "$1" + Mark);
        return UserInformation().Replace(text, "$1" + Mark + "@");
    }

    [GeneratedRegex(@"(\bBearer\s+)\S+", RegexOptions.IgnoreCase)]
    private static partial Regex Bearer();

    [GeneratedRegex(@"(\b(?:admin|wkr_[0-9a-z]{26}):)[0-9A-Za-z_\-]{16,}")]
    private static partial Regex WorkerToken();

    [GeneratedRegex(@"(://[^/\s:@]*:)[^/\s@]+@")]
    private static partial Regex UserInformation();
}
