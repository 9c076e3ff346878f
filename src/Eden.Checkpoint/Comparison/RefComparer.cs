using Eden.Checkpoint.Format.Rows.Json;
using Eden.Git;

namespace Eden.Checkpoint.Comparison;

/// <summary>Compares the refs of two bundles by name and target. Used once.</summary>
/// <remarks>HEAD, and the HEADs of linked worktrees, say where somebody stands rather than what there is, and a bundle may leave them out: they
/// are compared when both sides list them.</remarks>
internal sealed class RefComparer(ComparisonFindings findings, string leftName, string rightName)
{
    /// <summary>Gets the number of refs on the left, HEADs not counted.</summary>
    public long LeftCount { get; private set; }

    /// <summary>Gets the number of refs on the right, HEADs not counted.</summary>
    public long RightCount { get; private set; }

    /// <summary>Compares the refs; <see langword="null"/> stands for a repository without any.</summary>
    public void Compare(GitBundleHeader? left, GitBundleHeader? right)
    {
        var lefts = Sorted(left);
        var rights = Sorted(right);
        var l = 0;
        var r = 0;
        while (l < lefts.Length || r < rights.Length)
        {
            var order = l == lefts.Length ? 1
                : r == rights.Length ? -1
                : left!.GetRefName(lefts[l]).SequenceCompareTo(right!.GetRefName(rights[r]));
            Compare(left, order <= 0 ? lefts[l++] : -1, right, order >= 0 ? rights[r++] : -1);
        }
    }

    private static bool IsHead(ReadOnlySpan<byte> name) => !name.StartsWith("refs/"u8);

    private static int[] Sorted(GitBundleHeader? refs)
    {
        if (refs is null)
        {
            return [];
        }

        var indexes = new int[refs.Refs.Count];
        for (var index = 0; index < indexes.Length; index++)
        {
            indexes[index] = index;
        }

        Array.Sort(indexes, (x, y) => refs.GetRefName(x).SequenceCompareTo(refs.GetRefName(y)));
        return indexes;
    }

    private void Compare(GitBundleHeader? left, int leftIndex, GitBundleHeader? right, int rightIndex)
    {
        var name = leftIndex >= 0 ? left!.GetRefName(leftIndex) : right!.GetRefName(rightIndex);
        var isHead = IsHead(name);
        LeftCount += leftIndex >= 0 && !isHead ? 1 : 0;
        RightCount += rightIndex >= 0 && !isHead ? 1 : 0;
        if (isHead && (leftIndex < 0 || rightIndex < 0))
        {
            // Without a single ref there is nothing that HEAD could name.
            if (left is not null && right is not null)
            {
                findings.Warn(CheckpointWarningCode.NotCompared, $"{(leftIndex < 0 ? leftName : rightName)} does not list {ShownValue.Of(name)}: it was not compared.");
            }
        }
        else if (leftIndex < 0 || rightIndex < 0 || left!.ObjectFormat != right!.ObjectFormat || left.Refs[leftIndex].ObjectId != right.Refs[rightIndex].ObjectId)
        {
            Report(name, left, leftIndex, right, rightIndex);
        }
    }

    private void Report(ReadOnlySpan<byte> name, GitBundleHeader? left, int leftIndex, GitBundleHeader? right, int rightIndex)
    {
        if (!findings.ListsDifferences)
        {
            findings.DifferUnlisted();
            return;
        }

        findings.Differ(new CheckpointDifference(
            CheckpointObjectKind.Ref,
            ShownValue.Of(name),
            null,
            leftIndex < 0 ? null : left!.Refs[leftIndex].ObjectId,
            rightIndex < 0 ? null : right!.Refs[rightIndex].ObjectId));
    }
}
