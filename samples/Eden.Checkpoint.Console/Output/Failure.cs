using System.Data.Common;
using System.Net.Sockets;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>A failed operation as this program tells it: the problem type, what happened, the violations, the exit code.</summary>
internal sealed record Failure(
    string ProblemType, string Detail, int ExitCode, bool IsRetryable, IReadOnlyList<CheckpointViolation> Violations, long TotalViolations)
{
    // RFC 9457's type for a problem that has no type of its own; the detail says it all.
    private const string Untyped = "about:blank";

    /// <summary>Says what an exception means to the operator; <see langword="null"/> for one that only a mistake in this program explains.</summary>
    public static Failure? Of(Exception exception) => exception switch
    {
        PostgresSchemaVersionException or PostgresSettingException => new Failure(
            Untyped, exception.Message, ConsoleHost.ExitCode.Unavailable, false, [], 0),
        CheckpointException problem => new Failure(
            problem.ProblemType, problem.Message, CodeOf(problem), problem.IsRetryable, problem.Violations, problem.TotalViolations),
        GitException git => Of(CheckpointException.From(git)),
        UsageException usage => new Failure(Untyped, usage.Message, ConsoleHost.ExitCode.Usage, false, [], 0),
        OperationCanceledException => new Failure(Untyped, "Cancelled.", ConsoleHost.ExitCode.Cancelled, true, [], 0),
        DbException database => new Failure(Untyped, Describe(database), ConsoleHost.ExitCode.Unavailable, database.IsTransient, [], 0),
        IOException or SocketException or UnauthorizedAccessException or TimeoutException => new Failure(
            Untyped, Describe(exception), ConsoleHost.ExitCode.Unavailable, true, [], 0),
        _ => null,
    };

    /// <summary>Prints to standard error; with <paramref name="json"/> one JSON object to standard output instead.</summary>
    public int Print(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.Line(ReportJson.Object(writer =>
            {
                writer.WriteString("problem", ProblemType);
                writer.WriteString("detail", Detail);
                writer.WriteBoolean("retryable", IsRetryable);
                ReportJson.WriteViolations(writer, Violations, TotalViolations);
            }));
            return ExitCode;
        }

        // Only a problem of the format has a type worth reading.
        terminal.ErrorLine(ProblemType == Untyped ? $"error: {Printable.Of(Detail)}" : ProblemType);
        if (ProblemType != Untyped)
        {
            terminal.ErrorLine($"  {Printable.Of(Detail)}");
        }

        PrintViolations(terminal.ErrorLine, Violations, TotalViolations);
        return ExitCode;
    }

    /// <summary>Writes violations one a line, and how many are not listed.</summary>
    public static void PrintViolations(Action<string> line, IReadOnlyList<CheckpointViolation> violations, long total)
    {
        foreach (var violation in violations)
        {
            line($"  - {Printable.Of(violation.ToString())}");
        }

        if (total > violations.Count)
        {
            line($"  … and {Quantity.Of(total - violations.Count)} more");
        }
    }

    // What the caller asked for wrongly (2), what cannot be had now (3), and an archive that breaks the format (1).
    private static int CodeOf(CheckpointException problem) => problem switch
    {
        CheckpointRepoUnavailableException or ImportOutcomeUnknownException or StoreContentionException => ConsoleHost.ExitCode.Unavailable,
        CheckpointBadRequestException or ExperimentNotFoundException or ExperimentIdMismatchException => ConsoleHost.ExitCode.Usage,
        _ => ConsoleHost.ExitCode.Invalid,
    };

    // A database driver's outer message often says only that something went wrong while connecting.
    private static string Describe(Exception exception)
        => exception.InnerException is SocketException or IOException or TimeoutException
            && !exception.Message.Contains(exception.InnerException.Message.TrimEnd('.'), StringComparison.Ordinal)
            ? $"{exception.Message.TrimEnd('.')}: {exception.InnerException.Message}"
            : exception.Message;
}
