using System.Text;
using Eden.Git;

namespace Eden.Checkpoint;

/// <summary>One broken rule, with the place where it was found. Immutable and thread-safe.</summary>
/// <param name="Rule">The rule, for programs.</param>
/// <param name="Member">The archive member under the root, for example <c>variants.jsonl</c>; <see langword="null"/> when it concerns the archive as a whole.</param>
/// <param name="Line">The line of a JSON Lines member, counted from 1; <see langword="null"/> elsewhere.</param>
/// <param name="Record">The id of the record, or the name of the ref or object in a bundle; <see langword="null"/> when unknown.</param>
/// <param name="Field">The path of the field inside the record, for example <c>payload.idea_id</c> or <c>parent_commits[1]</c>.</param>
/// <param name="Message">What is wrong, for people. Values are shortened; never a credential.</param>
public sealed record CheckpointViolation(
    CheckpointRule Rule, string? Member, long? Line, string? Record, string? Field, string Message)
{
    internal const string BundleMember = "repo.bundle";

    /// <summary>Makes a violation of a fault that the git engine found in a bundle: of <see cref="CheckpointRule.Limit"/> or <see cref="CheckpointRule.Bundle"/>,
    /// with the object or ref at fault as its record.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="member">The bundle's name in the archive.</param>
    /// <exception cref="ArgumentNullException"><paramref name="fault"/> or <paramref name="member"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="member"/> is empty.</exception>
    public static CheckpointViolation From(GitFault fault, string member = BundleMember)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentException.ThrowIfNullOrEmpty(member);
        return new CheckpointViolation(
            fault.Kind == GitFaultKind.Limit ? CheckpointRule.Limit : CheckpointRule.Bundle, member, null, fault.Subject, null, fault.Message);
    }

    /// <summary>Returns the violation as one line: <c>member:line record field: message</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Member ?? "archive");
        if (Line is { } line)
        {
            text.Append(':').Append(line);
        }

        if (Record is not null)
        {
            text.Append(' ').Append(Record);
        }

        if (Field is not null)
        {
            text.Append(' ').Append(Field);
        }

        return text.Append(": ").Append(Message).ToString();
    }
}
