using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Eden.Checkpoint.Manifest;

/// <summary>The grammars of spec §3 that a manifest uses.</summary>
internal static class ManifestGrammar
{
    private const string ExperimentPrefix = "exp_";
    private const int OpaqueLength = 26;
    private static readonly SearchValues<char> s_crockford = SearchValues.Create("0123456789abcdefghjkmnpqrstvwxyz");
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789");

    public static bool IsExperimentId(string? value)
        => value is { Length: 4 + OpaqueLength }
            && value.StartsWith(ExperimentPrefix, StringComparison.Ordinal)
            && !value.AsSpan(ExperimentPrefix.Length).ContainsAnyExcept(s_crockford);

    public static bool IsTimestamp(string? value)
    {
        const string Shape = "0000-00-00T00:00:00";
        if (value is null || value.Length <= Shape.Length || value[^1] != 'Z')
        {
            return false;
        }

        var fraction = value.AsSpan(Shape.Length, value.Length - Shape.Length - 1);
        return DateTime.TryParseExact(
                value.AsSpan(0, Shape.Length), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && (fraction.IsEmpty || (fraction[0] == '.' && fraction.Length > 1 && !fraction[1..].ContainsAnyExcept(s_digits)));
    }

    /// <summary>Reads an integer: a JSON number without a fractional part, so <c>11.0</c> and <c>1e2</c> are ones.
    /// What no long can hold becomes the nearest that can.</summary>
    public static bool TryReadInteger(byte[] json, out long value)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TryGetInt64(out value))
        {
            return true;
        }

        if (reader.TryGetDecimal(out var exact))
        {
            // A decimal rounds what is finer than 28 digits away, so a digit after the point must be looked at in the text.
            value = exact > long.MaxValue ? long.MaxValue : exact < long.MinValue ? long.MinValue : (long)decimal.Truncate(exact);
            return decimal.Truncate(exact) == exact && (exact != 0 || !json.AsSpan().ContainsAnyInRange((byte)'1', (byte)'9') || IsZero(json));
        }

        var text = Encoding.ASCII.GetString(json);
        value = text[0] == '-' ? long.MinValue : long.MaxValue;
        return true;
    }

    private static bool IsZero(byte[] json)
    {
        var exponent = json.AsSpan().IndexOfAny((byte)'e', (byte)'E');
        return !(exponent < 0 ? json : json.AsSpan(0, exponent)).ContainsAnyInRange((byte)'1', (byte)'9');
    }
}
