using System.CommandLine;
using Eden.Checkpoint.ConsoleHost.Output;

namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Gives a verb its action: expected failures are printed and become exit codes, mistakes of this program surface as they are.</summary>
internal static class GuardedAction
{
    public static void Guard(
        this Command command, Terminal terminal, Option<bool>? json, Func<ParseResult, CancellationToken, Task<int>> run)
        => command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await run(parsed, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (Failure.Of(exception) is { } failure)
            {
                return failure.Print(terminal, json is not null && parsed.GetValue(json));
            }
        });
}
