namespace Eden.Checkpoint.ConsoleHost;

/// <summary>The command line parsed, but what it says makes no sense. Ends the process with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message);
