using System.Runtime.CompilerServices;

namespace Eden.Checkpoint.Format.Rows.Json;

/// <summary>Sees every token of a JSON text go by and tells whether white space stands outside of strings.</summary>
internal struct JsonSpacing
{
    private bool _isSpaced;

    /// <summary>Gets where the last token ended.</summary>
    public int End { get; private set; }

    /// <summary>Takes the next token.</summary>
    /// <param name="json">The whole text.</param>
    /// <param name="start">Where the token starts, its quote included.</param>
    /// <param name="end">Where it ends; a name with the colon behind it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(ReadOnlySpan<byte> json, int start, int end)
    {
        // Between two tokens there is nothing, or one comma; the colon belongs to the name.
        _isSpaced |= start != End && (start != End + 1 || json[End] != (byte)',');
        End = end;
    }

    /// <summary>Takes the next token, which is a name.</summary>
    /// <param name="json">The whole text.</param>
    /// <param name="start">Where the token starts, its quote included.</param>
    /// <param name="end">Where the colon behind it ends.</param>
    /// <param name="length">The length of the name, without its quotes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeName(ReadOnlySpan<byte> json, int start, int end, int length)
    {
        Take(json, start, end);
        _isSpaced |= end - start != length + 3;
    }

    /// <summary>Tells whether there was no white space, nor anything behind the last token.</summary>
    public readonly bool IsCompact(ReadOnlySpan<byte> json) => !_isSpaced && End == json.Length;
}
