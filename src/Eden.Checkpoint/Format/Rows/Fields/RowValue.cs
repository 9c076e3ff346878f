using System.Text.Json;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>Where a field's value stands in its row.</summary>
/// <param name="Type">The first token; <see cref="JsonTokenType.None"/> when the field is absent.</param>
/// <param name="Start">The value's first byte; for a string the one after the quote.</param>
/// <param name="Length">The number of bytes, without the quotes of a string.</param>
/// <param name="Escaped">Whether a string holds escapes.</param>
internal readonly record struct RowValue(JsonTokenType Type, int Start, int Length, bool Escaped)
{
    public bool IsPresent => Type != JsonTokenType.None;

    /// <summary>Names the value's type as JSON does.</summary>
    public string TypeName => Type switch
    {
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        _ => "absent",
    };
}
