using System.CommandLine;

namespace Eden.Checkpoint.Server;

/// <summary>One setting: a flag, or the environment variable of the same name in capitals with <c>EDEN_</c> before it.</summary>
internal sealed class Setting
{
    public Setting(string name, string valueName, string description)
    {
        Variable = "EDEN_" + name.ToUpperInvariant().Replace('-', '_');
        Option = new Option<string?>($"--{name}") { HelpName = valueName, Description = $"{description} [{Variable}]" };
    }

    public Option<string?> Option { get; }

    public string Variable { get; }

    /// <summary>Reads the flag, else the variable. What is empty counts as not given: compose files pass on empty variables.</summary>
    public string? Read(ParseResult parsed, Func<string, string?> environment)
    {
        var value = parsed.GetValue(Option);
        value = string.IsNullOrEmpty(value) ? environment(Variable) : value;
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
