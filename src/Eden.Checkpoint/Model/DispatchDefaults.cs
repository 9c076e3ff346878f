using System.Text.Json;

namespace Eden.Checkpoint.Model;

/// <summary>What the dispatch mode of a fresh experiment means (spec §4): termination by hand, every other decision automatic.</summary>
internal static class DispatchDefaults
{
    public const string Automatic = "auto";
    public const string Manual = "manual";

    /// <summary>The text that a fresh row has in the store of EDEN deployments.</summary>
    public const string Text =
        $$"""{"{{Ideation}}":"{{Automatic}}","{{Execution}}":"{{Automatic}}","{{Evaluation}}":"{{Automatic}}","{{Integration}}":"{{Automatic}}"}""";

    private const string Termination = "termination";
    private const string Ideation = "ideation_creation";
    private const string Execution = "execution_dispatch";
    private const string Evaluation = "evaluation_dispatch";
    private const string Integration = "integration";

    /// <summary>Gets the decisions that the format knows.</summary>
    public static IReadOnlyList<string> Decisions { get; } = [Termination, Ideation, Execution, Evaluation, Integration];

    /// <summary>Returns the default of a decision; <see langword="null"/> for one that the format does not know: somebody has put it there.</summary>
    public static string? Of(string decision)
        => decision == Termination ? Manual : Decisions.Contains(decision) ? Automatic : null;

    /// <summary>Tells whether a mode is the default: key order and spacing do not matter, and what is missing is at its default.</summary>
    public static bool Match(JsonElement mode)
        => mode.ValueKind == JsonValueKind.Object && mode.EnumerateObject().All(static decision
            => decision.Value.ValueKind == JsonValueKind.String && Of(decision.Name) is { } value && decision.Value.ValueEquals(value));
}
