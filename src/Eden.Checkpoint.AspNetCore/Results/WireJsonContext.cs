using System.Text.Json.Serialization;

namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>The JSON of the answers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(RuleNameConverter)])]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(ImportAnswer))]
internal sealed partial class WireJsonContext : JsonSerializerContext;
