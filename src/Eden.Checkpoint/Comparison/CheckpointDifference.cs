using System.Text;

namespace Eden.Checkpoint;

/// <summary>One place where the two sides of a comparison differ. Immutable and thread-safe.</summary>
/// <param name="Kind">What differs.</param>
/// <param name="Record">The record's id, the ref's name or the object's id; <see langword="null"/> for what there is only one of.</param>
/// <param name="Field">The path of the field, for example <c>payload.idea_id</c> or <c>parent_commits[1]</c>; <see langword="null"/> when the whole of it is meant.</param>
/// <param name="Left">The left value as JSON, a ref's target, or a digest, shortened; <see langword="null"/> when the left side has none there.</param>
/// <param name="Right">The same of the right side.</param>
public sealed record CheckpointDifference(CheckpointObjectKind Kind, string? Record, string? Field, string? Left, string? Right)
{
    /// <summary>Returns the difference as one line: <c>Kind record field: left | right</c>, without the values where neither is shown, as of credentials.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Kind.ToString());
        if (Record is not null)
        {
            text.Append(' ').Append(Record);
        }

        if (Field is not null)
        {
            text.Append(' ').Append(Field);
        }

        return Left is null && Right is null ? text.ToString() : text.Append(": ").Append(Left ?? "(none)").Append(" | ").Append(Right ?? "(none)").ToString();
    }
}
