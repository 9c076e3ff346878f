using System.CommandLine;
using System.CommandLine.Parsing;
using Eden.Checkpoint.ConsoleHost.Output;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Gives a verb its action: expected failures are printed and become exit codes, mistakes of this program surface as they are.</summary>
internal static class GuardedAction
{
    public static void Guard(
        this Command command, Terminal terminal, Option<bool>? json, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        foreach (var option in command.Options)
        {
            option.Validators.Add(result => RefuseEmpty(result, option.Name));
        }

        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result => RefuseEmpty(result, argument.Name));
            argument.Validators.Add(RefuseOption);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await run(parsed, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (Failure.Of(exception) is { } failure)
            {
                try
                {
                    return failure.Print(terminal, json is not null && parsed.GetValue(json));
                }
                catch (Exception unheard) when (Failure.Of(unheard) is not null)
                {
                    // Standard output takes nothing: that may be what failed in the first place.
                    return failure.Print(terminal, json: false);
                }
            }
        });
    }

    // A variable that is not set in somebody's script, most of the time.
    private static void RefuseEmpty(SymbolResult result, string name)
    {
        if (result.Tokens.Any(token => token.Value.Length == 0))
        {
            result.AddError($"{name} is empty.");
        }
    }

    // The parser takes an option that it does not know for a file.
    private static void RefuseOption(SymbolResult result)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)))
        {
            result.AddError($"There is no option {token.Value}. A file of that name is written ./{token.Value}.");
        }
    }
}
