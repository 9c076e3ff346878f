using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>One forward pass over a JSON text: whether it is well-formed, whether it is compact, and where the fields of a shape stand.</summary>
/// <remarks>Reusable, so that an ordinary row allocates nothing; not thread-safe. The values stay valid until the next scan.</remarks>
internal sealed class RowScanner(int maxDepth)
{
    private const int MostFaultsListed = 16;

    private readonly JsonNames _names = new();
    private readonly RowValue[] _values = new RowValue[RecordShape.MostSlots];
    private readonly List<RowFault> _faults = [];
    private readonly List<string> _repeated = [];
    private readonly ScanFrames _frames = new();
    private byte[] _scratch = new byte[256];

    /// <summary>Gets a value indicating whether no white space stands outside strings.</summary>
    public bool IsCompact { get; private set; }

    /// <summary>Gets the type of the outermost value.</summary>
    public RowValue Root { get; private set; }

    /// <summary>Gets the faults found, the first ones when there are many.</summary>
    public IReadOnlyList<RowFault> Faults => _faults;

    /// <summary>Gets the number of faults found.</summary>
    public long TotalFaults { get; private set; }

    /// <summary>Returns where a field stands.</summary>
    public RowValue this[RecordField field] => _values[field.Slot];

    /// <summary>Scans a text.</summary>
    /// <returns><see langword="true"/> when the text was read to its end, so that its fields can be judged; there may be <see cref="Faults"/> all the same.</returns>
    public bool Scan(ReadOnlySpan<byte> json, RecordShape shape)
    {
        _values.AsSpan(0, shape.Slots).Clear();
        _faults.Clear();
        TotalFaults = 0;
        Root = default;
        IsCompact = false;
        _names.Reset();
        _frames.Clear();
        if (json.StartsWith("\uFEFF"u8))
        {
            Fault("begins with a byte order mark", null);
            return false;
        }

        if (!Utf8.IsValid(json))
        {
            Fault(string.Create(CultureInfo.InvariantCulture, $"is not UTF-8 at byte {FirstInvalid(json) + 1}"), null);
            return false;
        }

        // One deeper than we allow: the limit is ours to report.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth + 1 });
        try
        {
            return Scan(ref reader, json, shape);
        }
        catch (JsonException exception)
        {
            var line = (exception.LineNumber ?? 0) + 1;
            var position = (exception.BytePositionInLine ?? 0) + 1;
            Fault(
                line > 1
                    ? string.Create(CultureInfo.InvariantCulture, $"is not JSON at line {line}, byte {position}: {Reason(exception)}")
                    : string.Create(CultureInfo.InvariantCulture, $"is not JSON at byte {position}: {Reason(exception)}"),
                null);
            return false;
        }
    }

    /// <summary>Returns a string's text. Valid until the next call for an escaped string.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> json, RowValue value)
        => value.Escaped ? Unescape(json.Slice(value.Start, value.Length)) : json.Slice(value.Start, value.Length);

    /// <summary>Decodes a string's escapes. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        if (_scratch.Length < raw.Length)
        {
            _scratch = new byte[raw.Length];
        }

        return _scratch.AsSpan(0, JsonText.Unescape(raw, _scratch));
    }

    private bool Scan(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RecordShape shape)
    {
        var spacing = default(JsonSpacing);
        RecordField? field = null;
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            var type = reader.TokenType;
            var end = (int)reader.BytesConsumed;
            if (type == JsonTokenType.PropertyName)
            {
                var name = new RowValue(type, start + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
                spacing.TakeName(json, start, end, name.Length);
                field = TakeName(json, name);
                continue;
            }

            spacing.Take(json, start, end);
            if (type is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                TakeEnd(json, type, end);
                continue;
            }

            if (_frames.Count == 0)
            {
                Root = new RowValue(type, start, end - start, false);
            }
            else if (_frames.Innermost.IsArray)
            {
                _frames.Innermost.Index++;
            }

            switch (type)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    if (!TryTakeStart(json, new RowValue(type, start, 0, false), field, shape))
                    {
                        return false;
                    }

                    break;
                case JsonTokenType.String:
                    TakeString(json, new RowValue(type, start + 1, reader.ValueSpan.Length, reader.ValueIsEscaped), field);
                    break;
                default:
                    Keep(field, new RowValue(type, start, end - start, false));
                    break;
            }

            field = null;
        }

        IsCompact = spacing.IsCompact(json);
        return true;
    }

    /// <summary>Goes into an object or array; <see langword="false"/> when it is too deep.</summary>
    private bool TryTakeStart(ReadOnlySpan<byte> json, RowValue value, RecordField? field, RecordShape shape)
    {
        if (_frames.Count >= maxDepth)
        {
            Fault(string.Create(CultureInfo.InvariantCulture, $"is nested deeper than {maxDepth}"), Path(json), isLimit: true);
            return false;
        }

        Keep(field, value);
        _frames.Push(new ScanFrame
        {
            Shape = _frames.Count == 0 ? shape : field?.Shape,
            Container = field,
            Names = _names.Begin(),
            IsArray = value.Type == JsonTokenType.StartArray,
            Index = -1,
        });
        return true;
    }

    private void TakeEnd(ReadOnlySpan<byte> json, JsonTokenType type, int end)
    {
        if (type == JsonTokenType.EndObject)
        {
            EndNames(json);
        }

        if (_frames.Innermost.Container is { } container)
        {
            _values[container.Slot] = _values[container.Slot] with { Length = end - _values[container.Slot].Start };
        }

        _frames.Pop();
    }

    private void TakeString(ReadOnlySpan<byte> json, RowValue value, RecordField? field)
    {
        if (value.Escaped && JsonText.HasLoneSurrogate(json.Slice(value.Start, value.Length)))
        {
            Fault("holds half of a surrogate pair", Path(json));
        }

        Keep(field, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Keep(RecordField? field, RowValue value)
    {
        if (field is not null)
        {
            _values[field.Slot] = value;
        }
    }

    /// <summary>Notes a name, and returns its field when the object's shape has one.</summary>
    private RecordField? TakeName(ReadOnlySpan<byte> json, RowValue name)
    {
        ref var frame = ref _frames.Innermost;
        frame.Name = name;
        var bytes = json.Slice(name.Start, name.Length);
        if (name.Escaped)
        {
            if (JsonText.HasLoneSurrogate(bytes))
            {
                Fault("has half of a surrogate pair in its name", Path(json));
            }

            bytes = Unescape(bytes);
        }

        if (frame.Shape?.Find(bytes) is not { } field)
        {
            if (!_names.Add(frame.Names, json, name.Start, name.Length, name.Escaped))
            {
                Fault("stands twice in its object", Path(json));
            }

            return null;
        }

        if (_values[field.Slot].IsPresent)
        {
            // The first one counts; the row is refused anyway.
            Fault("stands twice in its object", Path(json));
            return null;
        }

        return field;
    }

    /// <summary>Reports the names that the innermost object has twice.</summary>
    private void EndNames(ReadOnlySpan<byte> json)
    {
        _names.End(_frames.Innermost.Names, json, _repeated);
        if (_repeated.Count == 0)
        {
            return;
        }

        var parent = _frames.Path(json, _frames.Count - 1);
        foreach (var name in _repeated)
        {
            Fault("stands twice in its object", parent is null ? name : $"{parent}.{name}");
        }

        _repeated.Clear();
    }

    /// <summary>Returns the path of the value that is being read.</summary>
    private string? Path(ReadOnlySpan<byte> json) => _frames.Path(json, _frames.Count);

    private void Fault(string message, string? field, bool isLimit = false)
    {
        TotalFaults++;
        if (_faults.Count < MostFaultsListed)
        {
            _faults.Add(new RowFault(message, field, isLimit));
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> json)
    {
        var position = 0;
        while (position < json.Length
            && Rune.DecodeFromUtf8(json[position..], out _, out var used) == System.Buffers.OperationStatus.Done)
        {
            position += used;
        }

        return position;
    }

    private static string Reason(JsonException exception)
    {
        // The position is already in our own words.
        var text = exception.Message;
        var cut = text.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return cut > 0 ? text[..cut] : text;
    }
}
