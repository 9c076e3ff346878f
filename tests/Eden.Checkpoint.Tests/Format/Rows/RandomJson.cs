using System.Text.Json;

namespace Eden.Checkpoint.Tests.Format.Rows;

/// <summary>Seeded random JSON with small alphabets, so that names do repeat, and an independent judge of it.</summary>
internal static class RandomJson
{
    private static readonly string[] s_names = ["a", "b", "\\u0061", "é", "\\u00e9", "", "a b", "\\n", "\\\\u0061"];
    private static readonly string[] s_scalars = ["0", "-1.50e+10", "1E400", "true", "false", "null", "\"x\"", "\" \\\" {[ \"", "\"\\ud83d\\ude00\"", "\"\\ud83d\""];
    private static readonly string[] s_spaces = ["", "", "", " ", "\t", "\r\n "];

    public static string Value(Random random, int depth)
    {
        var shape = depth > 5 ? 0 : random.Next(4);
        return shape switch
        {
            2 => $"{{{Space(random)}{string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => Member(random, depth)))}{Space(random)}}}",
            3 => $"[{Space(random)}{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1)))}{Space(random)}]",
            _ => $"{Space(random)}{s_scalars[Math.Min(random.Next(s_scalars.Length + 8), s_scalars.Length + random.Next(-10, 0))]}{Space(random)}",
        };
    }

    public static bool IsAcceptable(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return IsAcceptable(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // GetString and Name refuse half surrogate pairs.
            return false;
        }
    }

    private static bool IsAcceptable(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() is not null,
        JsonValueKind.Array => element.EnumerateArray().All(IsAcceptable),
        JsonValueKind.Object => element.EnumerateObject().Select(member => member.Name).Distinct(StringComparer.Ordinal).Count() == element.EnumerateObject().Count()
            && element.EnumerateObject().All(member => IsAcceptable(member.Value)),
        _ => true,
    };

    private static string Member(Random random, int depth)
        => $"{Space(random)}\"{s_names[random.Next(s_names.Length)]}\"{Space(random)}:{Value(random, depth + 1)}";

    private static string Space(Random random) => s_spaces[random.Next(s_spaces.Length)];
}
