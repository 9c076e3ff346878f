using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Comparison;

/// <summary>JSON values as a comparison shows them: as they stand, shortened.</summary>
internal static class ShownJson
{
    /// <summary>Returns a value's text; <see langword="null"/> for the token -1, which stands for no value.</summary>
    public static string? Of(JsonTokens tokens, int token) => token < 0 ? null : ShownValue.Of(tokens.Raw(token));

    /// <summary>Returns a key as text, escapes decoded.</summary>
    public static string OfKey(ReadOnlySpan<byte> raw) => ShownValue.Of(JsonStringText.Decode(raw));

    /// <summary>Makes a difference of a mismatch.</summary>
    public static CheckpointDifference Difference(CheckpointObjectKind kind, string? record, JsonMismatch mismatch)
        => new(kind, record, mismatch.Field(), Of(mismatch.Left, mismatch.LeftToken), Of(mismatch.Right, mismatch.RightToken));

    /// <summary>Tells whether a token is <c>null</c> or not there.</summary>
    public static bool IsNothing(JsonTokens tokens, int token) => token < 0 || tokens[token].Kind == JsonTokenType.Null;
}
