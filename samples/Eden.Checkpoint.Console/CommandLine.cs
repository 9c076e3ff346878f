using System.CommandLine;
using System.CommandLine.Invocation;
using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Checkpoint.ConsoleHost.Verbs;

namespace Eden.Checkpoint.ConsoleHost;

/// <summary>The verbs put together, and the way from arguments to an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var terminal = Terminal.Open();

        // A file may be called "@list": it is a file, not a response file.
        var parsed = Create(terminal).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                terminal.ErrorLine(error.Message);
            }

            terminal.ErrorLine("Run with --help to see the usage.");
            return ExitCode.Usage;
        }

        using var interruption = new Interruption();
        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // Its handler is put in place after the verb has begun; ours is there before.
                ProcessTerminationTimeout = null,
            },
            interruption.Token).ConfigureAwait(false);
    }

    private static RootCommand Create(Terminal terminal) => new("Portable checkpoints of EDEN experiments: the store's rows and the git repository in one archive.")
    {
        DemoVerb.Create(terminal),
        ExportVerb.Create(terminal),
        VerifyVerb.Create(terminal),
        InspectVerb.Create(terminal),
        ImportVerb.Create(terminal),
        PushVerb.Create(terminal),
        CompareVerb.Create(terminal),
        new Command("bundle", "Works on git bundles, without a git binary.")
        {
            BundleCreateVerb.Create(terminal),
            BundleListVerb.Create(terminal),
            BundleVerifyVerb.Create(terminal),
            BundleRestoreVerb.Create(terminal),
        },
    };
}
