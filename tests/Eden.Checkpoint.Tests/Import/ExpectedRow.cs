using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>What an import must make of a synthetic row, worked out by other means than the importer's: text patterns over the known shape of the rows.</summary>
internal static partial class ExpectedRow
{
    public static string Of(RegistryKind kind, string row, string sourceId, string targetId)
    {
        if (kind == RegistryKind.Tasks)
        {
            if (row.Contains("\"state\":\"claimed\"", StringComparison.Ordinal))
            {
                row = Claim().Replace(row.Replace("\"state\":\"claimed\"", "\"state\":\"pending\"", StringComparison.Ordinal), "");
            }
        }

        // Synthetic rows name the experiment nowhere but where it is to be rewritten.
        return row.Replace($"\"experiment_id\":\"{sourceId}\"", $"\"experiment_id\":\"{targetId}\"", StringComparison.Ordinal);
    }

    /// <summary>Parses for a comparison in which key order does not matter.</summary>
    public static JsonNode Parse(string row) => JsonNode.Parse(row)!;

    [GeneratedRegex(""","claim":\{[^}]*\}""")]
    private static partial Regex Claim();
}
