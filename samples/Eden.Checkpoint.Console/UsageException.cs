namespace Eden.Checkpoint.ConsoleHost;

/// <summary>The command line parsed, but what it says makes no sense. Ends the process with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Takes over what the library says about a value, without the parameter's name, which says nothing to somebody at a command line.</summary>
    public UsageException(ArgumentException wrong)
        : this(wrong.ParamName is null ? wrong.Message : wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal))
    {
    }
}
