using System.Numerics;

namespace Eden.Checkpoint.Comparison;

/// <summary>Collects differences and used allowances, each listed up to a cap and counted beyond it. Not thread-safe.</summary>
internal sealed class ComparisonFindings(CheckpointComparisonOptions options)
{
    private const int MostWarnings = 1000;

    private static readonly (CheckpointAllowances Allowance, string Name)[] s_names =
    [
        (CheckpointAllowances.ExperimentId, "experiment-id"),
        (CheckpointAllowances.ClaimReverted, "claim-reverted"),
        (CheckpointAllowances.EventId, "event-id"),
        (CheckpointAllowances.ArtifactUri, "artifact-uri"),
        (CheckpointAllowances.Credentials, "credentials"),
        (CheckpointAllowances.ImportedFrom, "imported-from"),
        (CheckpointAllowances.DisplayName, "display-name"),
        (CheckpointAllowances.Manifest, "manifest"),
        (CheckpointAllowances.DispatchModeDefault, "dispatch-mode-default"),
        (CheckpointAllowances.RepeatedMember, "repeated-member"),
    ];

    private readonly List<CheckpointDifference> _differences = [];
    private readonly List<CheckpointDifference>[] _samples = [.. s_names.Select(static _ => new List<CheckpointDifference>())];
    private readonly long[] _counts = new long[s_names.Length];
    private readonly HashSet<CheckpointWarning> _seenWarnings = [];
    private readonly List<CheckpointWarning> _warnings = [];

    public IReadOnlyList<CheckpointDifference> Differences => _differences;

    public long TotalDifferences { get; private set; }

    public IReadOnlyList<CheckpointWarning> Warnings => _warnings;

    /// <summary>Gets a value indicating whether a further difference would be listed: callers may skip building its text.</summary>
    public bool ListsDifferences => _differences.Count < options.MaxDifferences;

    public bool Allows(CheckpointAllowances allowance) => options.Allowances.HasFlag(allowance);

    /// <summary>Gets a value indicating whether a further use of the allowance would be listed.</summary>
    public bool ListsSamples(CheckpointAllowances allowance) => _samples[Index(allowance)].Count < options.MaxSamples;

    public void Differ(CheckpointDifference difference)
    {
        TotalDifferences++;
        if (ListsDifferences)
        {
            _differences.Add(difference);
        }
    }

    /// <summary>Counts a difference whose text was not built because the list is full.</summary>
    public void DifferUnlisted() => TotalDifferences++;

    public void Allow(CheckpointAllowances allowance, CheckpointDifference use)
    {
        CountAllowed(allowance);
        if (ListsSamples(allowance))
        {
            _samples[Index(allowance)].Add(use);
        }
    }

    /// <summary>Counts a use whose text was not built because the list is full.</summary>
    public void CountAllowed(CheckpointAllowances allowance) => _counts[Index(allowance)]++;

    public void Warn(CheckpointWarningCode code, string message)
    {
        var warning = new CheckpointWarning(code, message);
        if (_warnings.Count < MostWarnings && _seenWarnings.Add(warning))
        {
            _warnings.Add(warning);
        }
    }

    public IReadOnlyList<CheckpointAllowanceUse> Allowances()
    {
        var used = new List<CheckpointAllowanceUse>();
        for (var index = 0; index < s_names.Length; index++)
        {
            if (_counts[index] > 0)
            {
                used.Add(new CheckpointAllowanceUse
                {
                    Allowance = s_names[index].Allowance,
                    Name = s_names[index].Name,
                    Count = _counts[index],
                    Samples = _samples[index],
                });
            }
        }

        return used;
    }

    private static int Index(CheckpointAllowances allowance) => BitOperations.TrailingZeroCount((int)allowance);
}
