namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>Well-formedness of a whole JSON text, beyond what <see cref="System.Text.Json.Utf8JsonReader"/> asks for.</summary>
internal static class JsonFault
{
    /// <summary>Says what keeps the bytes from being one JSON value as the format wants it.</summary>
    /// <param name="json">Any bytes.</param>
    /// <param name="maxDepth">The deepest nesting; an outermost object or array is the first level.</param>
    /// <returns>
    /// <see langword="null"/> for exactly one value in UTF-8 without a byte order mark, without comments or trailing commas, without equal
    /// names in one object (escapes decoded), without half surrogate pairs, and not nested too deep; else the first fault, for people.
    /// </returns>
    public static string? Find(ReadOnlySpan<byte> json, int maxDepth)
    {
        var scanner = new RowScanner(maxDepth);
        scanner.Scan(json, RecordShape.Empty);
        return First(scanner);
    }

    /// <summary>Says what the first fault of a scan is, or returns <see langword="null"/>.</summary>
    public static string? First(RowScanner scanner)
    {
        if (scanner.Faults.Count == 0)
        {
            return null;
        }

        var fault = scanner.Faults[0];
        return fault.Field is null ? fault.Message : $"{fault.Field} {fault.Message}";
    }
}
