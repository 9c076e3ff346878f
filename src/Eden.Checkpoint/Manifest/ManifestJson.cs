using System.Text;
using System.Text.Json;

namespace Eden.Checkpoint.Manifest;

/// <summary>What must hold before a manifest's members can be looked at.</summary>
internal static class ManifestJson
{
    /// <summary>Returns what is wrong with the bytes as JSON, or <see langword="null"/>.</summary>
    public static string? FindFault(ReadOnlySpan<byte> json, int maxDepth)
    {
        if (json.StartsWith(Encoding.UTF8.Preamble))
        {
            return "It starts with a byte order mark.";
        }

        if (!System.Text.Unicode.Utf8.IsValid(json))
        {
            return "It is not UTF-8.";
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        var names = new Stack<HashSet<string>>();
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        names.Push(new HashSet<string>(StringComparer.Ordinal));
                        break;
                    case JsonTokenType.EndObject:
                        names.Pop();
                        break;
                    case JsonTokenType.PropertyName when !names.Peek().Add(reader.GetString()!):
                        return $"The name '{Excerpt(reader.GetString()!)}' stands twice in one object.";
                    case JsonTokenType.String:
                        _ = reader.GetString();
                        break;
                }
            }
        }
        catch (JsonException fault)
        {
            return $"It is not JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.";
        }
        catch (InvalidOperationException)
        {
            // GetString's answer to an escaped lone surrogate.
            return "A string holds half of a surrogate pair.";
        }

        return null;
    }

    /// <summary>Shortens a value for a message.</summary>
    public static string Excerpt(string value) => Archive.ArchivePath.Display(value);
}
