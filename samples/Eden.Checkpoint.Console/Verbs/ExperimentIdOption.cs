using System.CommandLine;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Reads an option that names an experiment.</summary>
internal static class ExperimentIdOption
{
    /// <exception cref="UsageException">The value is no experiment id.</exception>
    public static string? Read(ParseResult parsed, Option<string?> option) => Check(parsed.GetValue(option), option);

    /// <exception cref="UsageException">The value is no experiment id.</exception>
    public static string ReadRequired(ParseResult parsed, Option<string> option) => Check(parsed.GetRequiredValue(option), option)!;

    private static string? Check(string? value, Option option)
        => value is null || OpaqueId.IsExperimentId(value) ? value : throw new UsageException($"{option.Name} takes an exp_ id.");
}
