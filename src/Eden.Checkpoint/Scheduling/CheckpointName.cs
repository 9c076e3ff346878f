using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Eden.Checkpoint.Scheduling;

/// <summary>The names of one experiment's automatic checkpoints.</summary>
internal sealed class CheckpointName
{
    private const string Extension = ".tar";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'_'ffffff'Z'";
    private readonly string _prefix;
    private readonly string _terminalPrefix;

    public CheckpointName(string experimentId)
    {
        var safe = new StringBuilder(experimentId.Length);
        foreach (var character in experimentId)
        {
            safe.Append(char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' ? character : '_');
        }

        // The hash keeps ids apart that the replacement makes equal.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(experimentId)).AsSpan(0, 4));
        _prefix = $"{safe}-{hash}-";
        _terminalPrefix = $"{_prefix}terminated-";
    }

    public string Periodic(DateTimeOffset instant) => $"{_prefix}{Format(instant)}{Extension}";

    public string Terminal(DateTimeOffset instant) => $"{_terminalPrefix}{Format(instant)}{Extension}";

    /// <summary>Whether a name is one of this experiment's periodic checkpoints: exactly the form that is written here.</summary>
    public bool IsPeriodic(string name) => HasForm(name, _prefix);

    /// <summary>Whether a name is one of this experiment's terminal checkpoints.</summary>
    public bool IsTerminal(string name) => HasForm(name, _terminalPrefix);

    private static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static bool HasForm(string name, string prefix)
        => name.StartsWith(prefix, StringComparison.Ordinal)
            && name.EndsWith(Extension, StringComparison.Ordinal)
            && name.Length > prefix.Length + Extension.Length
            && DateTime.TryParseExact(
                name.AsSpan(prefix.Length, name.Length - prefix.Length - Extension.Length),
                TimeFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out _);
}
