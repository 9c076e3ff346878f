namespace Eden.Checkpoint.Tests.Kit;

/// <summary>What warnings say, for assertions about the words.</summary>
internal static class WarningText
{
    public static string[] Messages(this IEnumerable<CheckpointWarning> warnings) => [.. warnings.Select(warning => warning.Message)];
}
