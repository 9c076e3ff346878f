using Spectre.Console;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>Standard output and standard error: colour and progress bars on a terminal, plain text anywhere else.</summary>
internal sealed class Terminal
{
    // Redirected text is for programs and logs: nothing is wrapped there.
    private const int UnwrappedWidth = 4096;

    private Terminal(IAnsiConsole output, IAnsiConsole error, bool outputIsTerminal, bool errorIsTerminal)
    {
        Output = output;
        Error = error;
        OutputIsTerminal = outputIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
    }

    public IAnsiConsole Output { get; private set; }

    public IAnsiConsole Error { get; }

    public bool OutputIsTerminal { get; private set; }

    public bool ErrorIsTerminal { get; }

    /// <summary>Gets the width that drawings should keep to.</summary>
    public int DrawingWidth => OutputIsTerminal ? Output.Profile.Width : 120;

    /// <summary>Gets the number of lines that a drawing should keep to.</summary>
    public int DrawingHeight => OutputIsTerminal ? Math.Max(Output.Profile.Height - 8, 12) : 40;

    public static Terminal Open() => new(
        Create(Console.Out, Console.IsOutputRedirected),
        Create(Console.Error, Console.IsErrorRedirected),
        !Console.IsOutputRedirected,
        !Console.IsErrorRedirected);

    /// <summary>From now on writes to standard error what went to standard output, which is left to something else.</summary>
    public void LeaveOutput() => (Output, OutputIsTerminal) = (Error, ErrorIsTerminal);

    /// <summary>Writes a line to standard output as it is, unwrapped.</summary>
    public void Line(string text = "") => Output.Profile.Out.Writer.WriteLine(text);

    /// <summary>Writes a line of Spectre markup to standard output.</summary>
    public void MarkupLine(string markup) => Output.MarkupLine(markup);

    /// <summary>Writes a line to standard error as it is, unwrapped.</summary>
    public void ErrorLine(string text)
    {
        try
        {
            Error.Profile.Out.Writer.WriteLine(text);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            // Nobody listens, and there is no other place to say so; the exit code remains.
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,

            // Build servers make Spectre colour even what is redirected; here a redirection always means plain text.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = !redirected },
        });
        if (redirected)
        {
            console.Profile.Width = UnwrappedWidth;
        }

        return console;
    }
}
