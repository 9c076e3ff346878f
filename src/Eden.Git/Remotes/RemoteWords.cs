using System.Globalization;
using System.Text;

namespace Eden.Git.Remotes;

/// <summary>What a remote says in its own words, made fit for a message: one line, no control characters, no credential of ours, not endless.</summary>
internal sealed class RemoteWords
{
    private const int MostCharacters = 1000;
    private const int MostLines = 8;

    // What git tells while it works; of no use when it fails.
    private static readonly string[] s_progress = ["Enumerating objects", "Counting objects", "Compressing objects", "Receiving objects", "Resolving deltas", "Total "];

    private readonly Queue<string> _lines = new();
    private readonly List<string> _secrets = [];
    private string _unended = "";
    private string? _error;

    /// <summary>Gets the remote's last words; <see langword="null"/> when it said nothing.</summary>
    public string? Text
    {
        get
        {
            var lines = _lines.Append(_unended.Trim()).Append(_error).OfType<string>().Where(IsWorthKeeping).Distinct(StringComparer.Ordinal).ToArray();
            return lines.Length == 0 ? null : Clean(string.Join(" | ", lines));
        }
    }

    /// <summary>Keeps a text out of what is shown, whatever the remote does with it.</summary>
    public void Hide(string secret)
    {
        // Shorter ones are parts of ordinary words.
        if (secret.Length >= 4)
        {
            _secrets.Add(secret);
        }
    }

    /// <summary>Takes what ends the conversation: an <c>ERR</c> line, or side band 3.</summary>
    public void SetError(ReadOnlySpan<byte> text) => _error = Decode(text) is { Length: > 0 } error ? error : _error;

    /// <summary>Takes what a person would see beside the progress: side band 2, or the text of an HTTP answer.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        // A line may come in pieces.
        var parts = (_unended + Decode(text)).Split('\n', '\r');
        _unended = parts[^1].Length <= MostCharacters ? parts[^1] : parts[^1][^MostCharacters..];
        foreach (var part in parts[..^1])
        {
            var line = part.Trim();
            if (IsWorthKeeping(line))
            {
                _lines.Enqueue(line);
            }

            if (_lines.Count > MostLines)
            {
                _lines.Dequeue();
            }
        }
    }

    /// <summary>Forgets what was said: another request begins.</summary>
    public void Clear()
    {
        _lines.Clear();
        _unended = "";
        _error = null;
    }

    /// <summary>Adds the remote's words to a sentence about it.</summary>
    public string AddTo(string sentence) => Text is { } text ? $"{sentence.TrimEnd('.')}; it says: {text}" : sentence;

    private static bool IsWorthKeeping(string line) => line.Length > 0 && !s_progress.Any(word => line.StartsWith(word, StringComparison.Ordinal));

    private static string Decode(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * MostCharacters)]);

    private string Clean(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, "***", StringComparison.Ordinal);
        }

        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            // Not control characters, nor those that turn the direction of what follows.
            var isShown = !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format);
            if (isShown)
            {
                clean.Append(rune.ToString());
            }
            else if (clean.Length > 0 && clean[^1] != ' ')
            {
                clean.Append(' ');
            }

            if (clean.Length >= MostCharacters)
            {
                return clean.Append('…').ToString();
            }
        }

        return clean.ToString().Trim();
    }
}
