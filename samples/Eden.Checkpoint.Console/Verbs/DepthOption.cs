using System.CommandLine;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary><c>--depth objects|commits</c>, as several verbs take it.</summary>
internal static class DepthOption
{
    public static Option<string> Create()
    {
        var option = new Option<string>("--depth")
        {
            Description = "How deep the bundle is checked: every object, or header, checksum and commits only.",
            DefaultValueFactory = _ => "objects",
        };
        option.AcceptOnlyFromAmong("objects", "commits");
        return option;
    }

    public static GitVerification Read(ParseResult parsed, Option<string> option)
        => parsed.GetValue(option) == "commits" ? GitVerification.Commits : GitVerification.Objects;
}
