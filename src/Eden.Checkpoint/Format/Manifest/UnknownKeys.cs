using System.Text.Json;

namespace Eden.Checkpoint.Format.Manifest;

/// <summary>Keys of a JSON object that the format does not define, with their values as they were written. Immutable, equal by content.</summary>
internal sealed class UnknownKeys(IReadOnlyList<KeyValuePair<string, byte[]>> keys) : IEquatable<UnknownKeys>
{
    public static UnknownKeys None { get; } = new([]);

    public int Count => keys.Count;

    public void WriteTo(Utf8JsonWriter writer)
    {
        foreach (var (name, value) in keys)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(value, skipInputValidation: true);
        }
    }

    public bool Equals(UnknownKeys? other)
        => other is not null
            && keys.Count == other.Count
            && keys.Zip(other.Pairs, static (left, right) => left.Key == right.Key && left.Value.AsSpan().SequenceEqual(right.Value)).All(static same => same);

    public override bool Equals(object? obj) => Equals(obj as UnknownKeys);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var (name, value) in keys)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.AddBytes(value);
        }

        return hash.ToHashCode();
    }

    private IReadOnlyList<KeyValuePair<string, byte[]>> Pairs => keys;
}
