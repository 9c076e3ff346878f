using System.Collections.Immutable;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>The fields that we interpret in an object. Immutable once built.</summary>
internal sealed class RecordShape
{
    /// <summary>The most fields that one record may interpret, nested ones included: the scanner keeps one bit for each.</summary>
    public const int MostSlots = 64;

    private readonly ImmutableArray<RecordField> _fields;
    private readonly RecordField?[][] _byLength;

    public RecordShape(params RecordField[] fields)
    {
        _fields = [.. fields];
        _byLength = new RecordField?[_fields.Length == 0 ? 0 : _fields.Max(field => field.Utf8Name.Length) + 1][];
        for (var length = 0; length < _byLength.Length; length++)
        {
            _byLength[length] = [.. fields.Where(field => field.Utf8Name.Length == length)];
        }
    }

    /// <summary>Gets a shape that interprets nothing.</summary>
    public static RecordShape Empty { get; } = new();

    /// <summary>Gets the number of fields, nested ones included, when this is a whole record's shape.</summary>
    public int Slots { get; private set; }

    public ReadOnlySpan<RecordField> Fields => _fields.AsSpan();

    /// <summary>Gets the fields, nested ones included, that hold credentials.</summary>
    public ImmutableArray<RecordField> Credentials { get; private set; } = [];

    /// <summary>Builds a whole record's shape and numbers its fields.</summary>
    public static RecordShape Of(params RecordField[] fields)
    {
        var shape = new RecordShape(fields);
        shape.Slots = shape.Place(null, 0);
        shape.Credentials = [.. shape.FindCredentials()];
        return shape.Slots <= MostSlots ? shape : throw new ArgumentException($"A record may interpret {MostSlots} fields.", nameof(fields));
    }

    public RecordField? Find(ReadOnlySpan<byte> name)
    {
        if ((uint)name.Length < (uint)_byLength.Length)
        {
            foreach (var field in _byLength[name.Length])
            {
                if (name.SequenceEqual(field!.Utf8Name))
                {
                    return field;
                }
            }
        }

        return null;
    }

    private IEnumerable<RecordField> FindCredentials()
        => _fields.SelectMany(static field => field.Rule == ValueRule.Forbidden ? [field] : field.Shape?.FindCredentials() ?? []);

    public int Place(string? parent, int slot)
    {
        foreach (var field in _fields)
        {
            slot = field.Place(parent, slot);
        }

        return slot;
    }
}
