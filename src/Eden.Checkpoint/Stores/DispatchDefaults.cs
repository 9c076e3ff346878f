using System.Text.Json;

namespace Eden.Checkpoint.Stores;

/// <summary>What the dispatch mode of a fresh experiment means (spec §4): termination by hand, every other decision automatic.</summary>
internal static class DispatchDefaults
{
    private const string Termination = "termination";

    /// <summary>The text that a fresh row has in the store of EDEN deployments.</summary>
    public const string Text = """{"ideation_creation":"auto","execution_dispatch":"auto","evaluation_dispatch":"auto","integration":"auto"}""";

    private static readonly string[] s_automatic = ["ideation_creation", "execution_dispatch", "evaluation_dispatch", "integration"];

    /// <summary>Tells whether a mode is the default: key order and spacing do not matter, and what is missing is at its default.
    /// A decision that the format does not know was put there by somebody.</summary>
    public static bool Match(JsonElement mode)
        => mode.ValueKind == JsonValueKind.Object && mode.EnumerateObject().All(static decision
            => decision.Value.ValueKind == JsonValueKind.String
                && (decision.NameEquals(Termination) ? decision.Value.ValueEquals("manual")
                    : s_automatic.Contains(decision.Name) && decision.Value.ValueEquals("auto")));
}
