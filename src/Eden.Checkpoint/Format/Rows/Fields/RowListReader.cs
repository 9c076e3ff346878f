using System.Globalization;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>Walks the elements of one array, or the members of one object, that a scan has accepted; nested values are stepped over.</summary>
internal ref struct RowListReader(ReadOnlySpan<byte> raw)
{
    private readonly ReadOnlySpan<byte> _raw = raw;
    private Utf8JsonReader _reader = new(raw, new JsonReaderOptions { MaxDepth = int.MaxValue });
    private int _nameStart;
    private int _nameLength;
    private bool _nameEscaped;
    private RowValue _value;

    /// <summary>Gets the number of elements met so far.</summary>
    public int Count { get; private set; }

    public readonly JsonTokenType Type => _value.Type;

    public readonly string TypeName => _value.TypeName;

    public readonly int Start => _value.Start;

    public readonly int Length => _value.Length;

    public readonly bool Escaped => _value.Escaped;

    public bool Read()
    {
        if (_reader.TokenType == JsonTokenType.None)
        {
            _reader.Read();
        }
        else if (_reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            _reader.Skip();
        }

        if (!_reader.Read() || _reader.CurrentDepth == 0)
        {
            return false;
        }

        if (_reader.TokenType == JsonTokenType.PropertyName)
        {
            _nameStart = (int)_reader.TokenStartIndex + 1;
            _nameLength = _reader.ValueSpan.Length;
            _nameEscaped = _reader.ValueIsEscaped;
            _reader.Read();
        }

        var start = (int)_reader.TokenStartIndex;
        _value = _reader.TokenType == JsonTokenType.String
            ? new RowValue(JsonTokenType.String, start + 1, _reader.ValueSpan.Length, _reader.ValueIsEscaped)
            : new RowValue(_reader.TokenType, start, 0, false);
        Count++;
        return true;
    }

    public readonly ReadOnlySpan<byte> Text(RowScanner scanner) => scanner.Text(_raw, _value);

    /// <summary>Returns the path of the element, for example <c>parent_commits[1]</c> or <c>labels.role</c>.</summary>
    public readonly string PathIn(RecordField field)
    {
        if (_nameStart == 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{field.Path}[{Count - 1}]");
        }

        var name = _raw.Slice(_nameStart, _nameLength);
        if (_nameEscaped)
        {
            var text = new byte[name.Length];
            name = text.AsSpan(0, JsonText.Unescape(name, text));
        }

        return $"{field.Path}.{ShownValue.Of(name)}";
    }
}
