using System.Text.Json;
using System.Text.Json.Serialization;

namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>Rules by name, for example <c>commit-reference</c>.</summary>
internal sealed class RuleNameConverter() : JsonStringEnumConverter<CheckpointRule>(JsonNamingPolicy.KebabCaseLower);
