using System.CommandLine;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>--limits NAME=VALUE,…</c>, as every verb takes it that reads an archive, rows or a bundle.</summary>
internal static class LimitsOption
{
    private const string Name = "--limits";

    public static Option<string?> Create() => new(Name)
    {
        Description = "Other limits than the defaults, for example MaxBundleInflation=5000,MaxLineBytes=128MiB; the README lists them.",
        HelpName = "NAME=VALUE,…",
    };

    /// <exception cref="UsageException">The value makes no sense.</exception>
    public static CheckpointLimits Read(ParseResult parsed, Option<string?> option) => LimitText.Parse(parsed.GetValue(option), Name);
}
