using System.Buffers;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Comparison;

/// <summary>A row that one side has and the other lacks.</summary>
internal static class MissingRow
{
    public static void Report(
        ComparisonFindings findings, RegistryKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> row, bool isLeft)
    {
        if (!findings.ListsDifferences)
        {
            findings.DifferUnlisted();
            return;
        }

        var shown = CredentialFields.Concern(kind) ? ShownWithoutCredentials(kind, row) : ShownValue.Of(row);
        findings.Differ(new CheckpointDifference(
            RowObjectKind.Of(kind), ShownJson.OfKey(key), null, isLeft ? shown : null, isLeft ? null : shown));
    }

    /// <summary>The rows of a store may hold what no report may.</summary>
    private static string ShownWithoutCredentials(RegistryKind kind, ReadOnlySpan<byte> row)
    {
        var left = new ArrayBufferWriter<byte>();
        return CredentialFields.TryLeaveOut(kind, row, left) ? ShownValue.Of(left.WrittenSpan) : "…";
    }
}
