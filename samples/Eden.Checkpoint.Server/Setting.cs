using System.CommandLine;
using System.Text.RegularExpressions;

namespace Eden.Checkpoint.Server;

/// <summary>One setting: a flag, or the environment variable of the same name in capitals with <c>EDEN_</c> before it.</summary>
internal sealed partial class Setting
{
    public Setting(string name, string valueName, string description)
    {
        Variable = "EDEN_" + name.ToUpperInvariant().Replace('-', '_');
        Option = new Option<string?>($"--{name}") { HelpName = valueName, Description = $"{description} [{Variable}]" };
    }

    public Option<string?> Option { get; }

    public string Variable { get; }

    /// <summary>Whether Kubernetes sets variables of this name for a service, <c>EDEN_PORT</c> for one named <c>eden</c>.</summary>
    private bool IsNameOfServiceLink => Variable.EndsWith("_PORT", StringComparison.Ordinal);

    /// <summary>Reads the flag, else the variable. What is empty counts as not given: compose files pass on empty variables.</summary>
    /// <param name="parsed">The flags.</param>
    /// <param name="environment">The variables.</param>
    /// <param name="ignored">Takes what Kubernetes has set for a service, which is no setting.</param>
    public string? Read(ParseResult parsed, Func<string, string?> environment, ICollection<(Setting Setting, string Value)> ignored)
    {
        if (parsed.GetValue(Option) is { Length: > 0 } flag)
        {
            return flag;
        }

        var value = environment(Variable);
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (IsNameOfServiceLink && ServiceLink().IsMatch(value))
        {
            ignored.Add((this, value));
            return null;
        }

        return value;
    }

    [GeneratedRegex(@"^(?:tcp|udp|sctp)://[0-9A-Za-z.:\[\]-]+:[0-9]+$", RegexOptions.IgnoreCase)]
    private static partial Regex ServiceLink();
}
