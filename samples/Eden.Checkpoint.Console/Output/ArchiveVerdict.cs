namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>What <c>verify</c> says of one file.</summary>
internal sealed record ArchiveVerdict(
    string File,
    bool IsValid,
    bool IsResumable,
    string? Problem,
    string? Detail,
    IReadOnlyList<CheckpointViolation> Violations,
    long TotalViolations,
    IReadOnlyList<string> Warnings,
    int ExitCode)
{
    public static ArchiveVerdict Of(string file, CheckpointVerificationReport report) => new(
        file,
        report.IsValid,
        report.IsResumable,
        report.Problem?.Type,
        report.Detail,
        report.Violations,
        report.TotalViolations,
        [.. report.Warnings.Select(warning => warning.Message)],
        report.IsValid ? ConsoleHost.ExitCode.Done : ConsoleHost.ExitCode.Invalid);

    /// <summary>The file could not be looked at: why stands in place of the violations.</summary>
    public static ArchiveVerdict Of(string file, Failure failure) => new(
        file,
        false,
        false,
        failure.ProblemType,
        failure.Detail,
        failure.Violations.Count > 0 ? failure.Violations : [new CheckpointViolation(CheckpointRule.ArchiveStructure, null, null, null, null, failure.Detail)],
        Math.Max(failure.TotalViolations, 1),
        [],
        failure.ExitCode);

    /// <summary>Counts a valid archive without a repository as refused. It stays valid: the format allows it.</summary>
    public ArchiveVerdict RequireResumable() => !IsValid || IsResumable
        ? this
        : this with
        {
            ExitCode = ConsoleHost.ExitCode.Invalid,
            Warnings = [.. Warnings, "Refused by --require-resumable: the archive carries no repository."],
        };

    public void Print(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.Line(ReportJson.Object(writer =>
            {
                writer.WriteString("file", File);
                writer.WriteBoolean("valid", IsValid);
                writer.WriteBoolean("resumable", IsResumable);
                writer.WriteString("problem", Problem);
                ReportJson.WriteViolations(writer, Violations, TotalViolations);
                ReportJson.WriteStrings(writer, "warnings", Warnings);
            }));
            return;
        }

        var name = Printable.Of(File);
        foreach (var warning in Warnings)
        {
            terminal.ErrorLine($"{name}: warning: {Printable.Of(warning)}");
        }

        if (IsValid)
        {
            terminal.Line($"{name}: valid, {(IsResumable ? "resumable" : "not resumable")}");
            return;
        }

        if (ExitCode != ConsoleHost.ExitCode.Invalid)
        {
            terminal.Line($"{name}: unreadable");
            terminal.ErrorLine($"error: {name}: {Printable.Of(Detail ?? "")}");
            return;
        }

        terminal.Line($"{name}: invalid");
        terminal.ErrorLine(TotalViolations > 0
            ? $"{Problem}: {Quantity.Of(TotalViolations, "violation", "violations")} in {name}"
            : $"{Problem}: {name}: {Printable.Of(Detail ?? "")}");
        Failure.PrintViolations(terminal.ErrorLine, Violations, TotalViolations);
    }
}
