using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Comparison;

/// <summary>The tokens of one JSON text at a time, in order. Reusable, so that a row costs no allocation; not thread-safe.</summary>
internal sealed class JsonTokens
{
    private const int KeptCapacity = 1 << 14;

    private JsonToken[] _tokens = new JsonToken[256];
    private int[] _open = new int[16];
    private ReadOnlyMemory<byte> _json;

    /// <summary>Gets the number of tokens. The first one is the whole value.</summary>
    public int Count { get; private set; }

    public JsonToken this[int index] => _tokens[index];

    /// <summary>Reads a text. Its bytes must stay as they are while the tokens are in use.</summary>
    /// <exception cref="JsonException">It is no JSON, or deeper than <paramref name="maxDepth"/>.</exception>
    public void Read(ReadOnlyMemory<byte> json, int maxDepth)
    {
        Count = 0;
        _json = json;
        if (_tokens.Length > KeptCapacity)
        {
            _tokens = new JsonToken[256];
        }

        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = maxDepth });
        var depth = 0;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (depth == _open.Length)
                    {
                        Array.Resize(ref _open, depth * 2);
                    }

                    _open[depth++] = Count;
                    Add(start, 0, reader.TokenType);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var opened = _open[--depth];
                    _tokens[opened] = _tokens[opened] with { Length = (int)reader.BytesConsumed - _tokens[opened].Start, Next = Count };
                    break;
                case JsonTokenType.PropertyName or JsonTokenType.String:
                    Add(start + 1, reader.ValueSpan.Length, reader.TokenType);
                    break;
                default:
                    Add(start, reader.ValueSpan.Length, reader.TokenType);
                    break;
            }
        }
    }

    /// <summary>Returns a token's bytes: names and strings without their quotes, escapes as they stand.</summary>
    public ReadOnlySpan<byte> Bytes(int index) => _json.Span.Slice(_tokens[index].Start, _tokens[index].Length);

    /// <summary>Returns a token as it stands in the text, with its quotes.</summary>
    public ReadOnlySpan<byte> Raw(int index)
    {
        var token = _tokens[index];
        return token.Kind is JsonTokenType.String or JsonTokenType.PropertyName
            ? _json.Span.Slice(token.Start - 1, token.Length + 2)
            : _json.Span.Slice(token.Start, token.Length);
    }

    /// <summary>Tells whether a token is a string; -1 is none.</summary>
    public bool IsString(int index) => index >= 0 && _tokens[index].Kind == JsonTokenType.String;

    /// <summary>Tells whether a token is a string with that text.</summary>
    public bool IsString(int index, ReadOnlySpan<byte> text)
        => IsString(index) && JsonStringText.SameText(Bytes(index), text);

    /// <summary>Finds the value of an object's member; -1 when the token is no object or has none of that name.</summary>
    public int Find(int index, ReadOnlySpan<byte> name)
    {
        if (index < 0 || _tokens[index].Kind != JsonTokenType.StartObject)
        {
            return -1;
        }

        var end = _tokens[index].Next;
        for (var member = index + 1; member < end; member = _tokens[member + 1].Next)
        {
            if (JsonStringText.SameText(Bytes(member), name))
            {
                return member + 1;
            }
        }

        return -1;
    }

    private void Add(int start, int length, JsonTokenType kind)
    {
        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Count * 2);
        }

        _tokens[Count] = new JsonToken(start, length, Count + 1, kind);
        Count++;
    }
}
