using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Keys;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Format.Rows;

/// <summary>A row checker with a temporary directory of its own, and what it found as lines of text.</summary>
internal sealed class RowCheckRun : IDisposable
{
    private readonly TemporaryDirectory _spill = TemporaryDirectory.Create();
    private readonly ViolationList _violations;
    private readonly ViolationList _warnings;
    private readonly long[] _lines = new long[RegistryFiles.Count];

    public RowCheckRun(string? experimentId = RowFixtures.ExperimentId, int capacity = 100, int? keyBufferBytes = null, CheckpointLimits? limits = null, bool isExport = false)
    {
        _violations = new ViolationList(capacity);
        _warnings = new ViolationList(capacity);
        Checker = new RowSetChecker(
            limits ?? CheckpointLimits.Default, _spill, _violations, _warnings, isExport, keyBufferBytes ?? KeyLedger.DefaultBufferBytes);
        if (experimentId is not null)
        {
            Checker.CheckExperiment(
                Encoding.UTF8.GetBytes(RowFixtures.Experiment.Replace(RowFixtures.ExperimentId, experimentId, StringComparison.Ordinal)), experimentId);
        }
    }

    public RowSetChecker Checker { get; }

    public IReadOnlyList<CheckpointViolation> Violations => _violations.Listed;

    public long Total => _violations.Total;

    public string[] Lines => [.. _violations.Listed.Select(violation => violation.ToString())];

    public string[] Warnings => [.. _warnings.Listed.Select(warning => warning.ToString())];

    public long TotalWarnings => _warnings.Total;

    public string SpillPath => _spill.Path;

    public bool Check(RegistryKind kind, string row) => Check(kind, Encoding.UTF8.GetBytes(row));

    public bool Check(RegistryKind kind, ReadOnlySpan<byte> row) => Checker.CheckRow(kind, ++_lines[(int)kind], row).IsCompact;

    public RowCheckRun Complete()
    {
        Checker.Complete(CancellationToken.None);
        return this;
    }

    /// <summary>Checks one row by itself, a submission as one of a completed task, and returns what was found.</summary>
    public static string[] Find(RegistryKind kind, string row)
    {
        if (kind == RegistryKind.Submissions)
        {
            using var submitted = Submit(row);
            return submitted.Lines;
        }

        using var run = new RowCheckRun();
        run.Check(kind, row);
        return run.Lines;
    }

    /// <summary>Checks a submission whose task is in a state, beside rows that it may name: the ideas <c>i</c>, <c>i-1</c> and the variants <c>v</c>, <c>v-1</c>.</summary>
    public static RowCheckRun Submit(string row, string state = "completed")
    {
        var run = new RowCheckRun();
        var record = JsonNode.Parse(row)!;
        if (record["task_id"] is JsonValue id && id.TryGetValue<string>(out var taskId) && taskId.Length > 0)
        {
            var kind = record["kind"] is JsonValue value && value.TryGetValue<string>(out var name) && TaskKinds.Names.Contains(name) ? name : "ideation";
            run.Check(RegistryKind.Tasks, RowFixtures.TaskOf(taskId, kind, state));
        }

        foreach (var name in (string[])["i", "i-1"])
        {
            run.Check(RegistryKind.Ideas, RowFixtures.Idea.Replace("\"i-1\"", $"\"{name}\"", StringComparison.Ordinal));
        }

        foreach (var name in (string[])["v", "v-1"])
        {
            run.Check(RegistryKind.Variants, RowFixtures.Variant.Replace("\"v-1\"", $"\"{name}\"", StringComparison.Ordinal));
        }

        run.Check(RegistryKind.Submissions, row);
        return run.Complete();
    }

    public static string[] FindInExperiment(string json, string? expected = RowFixtures.ExperimentId)
    {
        using var run = new RowCheckRun(null);
        run.Checker.CheckExperiment(Encoding.UTF8.GetBytes(json), expected);
        return run.Lines;
    }

    public void Dispose()
    {
        Checker.Dispose();
        _spill.Dispose();
    }
}
