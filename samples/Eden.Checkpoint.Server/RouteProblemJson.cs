using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Eden.Checkpoint.Server;

/// <summary>How a <see cref="RouteProblem"/> is written, without reflection: a native server has none.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class RouteProblemJson : JsonSerializerContext;
