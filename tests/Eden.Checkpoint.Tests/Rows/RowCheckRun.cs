using System.Text;
using Eden.Checkpoint.Rows;
using Eden.Checkpoint.Validation;

namespace Eden.Checkpoint.Tests.Rows;

/// <summary>A row checker with a temporary directory of its own, and what it found as lines of text.</summary>
internal sealed class RowCheckRun : IDisposable
{
    private readonly TemporaryDirectory _spill = TemporaryDirectory.Create();
    private readonly ViolationList _violations;
    private readonly long[] _lines = new long[RegistryFiles.Count];

    public RowCheckRun(string? experimentId = RowFixtures.ExperimentId, int capacity = 100, int? keyBufferBytes = null, CheckpointLimits? limits = null)
    {
        _violations = new ViolationList(capacity);
        Checker = new RowSetChecker(limits ?? CheckpointLimits.Default, _spill, _violations, keyBufferBytes ?? KeyLedger.DefaultBufferBytes);
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

    public string SpillPath => _spill.Path;

    public bool Check(RegistryKind kind, string row) => Check(kind, Encoding.UTF8.GetBytes(row));

    public bool Check(RegistryKind kind, ReadOnlySpan<byte> row) => Checker.CheckRow(kind, ++_lines[(int)kind], row);

    public RowCheckRun Complete()
    {
        Checker.Complete(CancellationToken.None);
        return this;
    }

    /// <summary>Checks one row by itself and returns what was found.</summary>
    public static string[] Find(RegistryKind kind, string row)
    {
        using var run = new RowCheckRun();
        run.Check(kind, row);
        return run.Lines;
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
