using System.Text;

namespace Eden.Shared;

/// <summary>Shortens text of a caller for a message.</summary>
internal static class ShortText
{
    /// <summary>Returns the text, or its first characters with an ellipsis.</summary>
    public static string Of(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most), "…");

    /// <summary>Returns the text, or its first bytes with an ellipsis.</summary>
    public static string Of(ReadOnlySpan<byte> utf8, int most)
        => utf8.Length <= most ? Encoding.UTF8.GetString(utf8) : Encoding.UTF8.GetString(utf8[..most]) + "…";
}
