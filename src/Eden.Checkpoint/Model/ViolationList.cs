using System.Globalization;
using Eden.Shared;

namespace Eden.Checkpoint.Model;

/// <summary>Collects violations up to a cap and counts all of them. Not thread-safe.</summary>
internal sealed class ViolationList(int capacity) : CappedList<CheckpointViolation>(capacity)
{
    public void Add(CheckpointRule rule, string? member, long? line, string? record, string? field, string message)
        => Add(new CheckpointViolation(rule, member, line, record, field, message));

    /// <summary>Returns what is listed as warnings, one line each, and one more that counts what is not listed.</summary>
    /// <param name="code">What the warnings are about.</param>
    /// <param name="noun">What the unlisted ones are called.</param>
    /// <param name="localise">Gives the files the names that the archive has for them.</param>
    public IEnumerable<CheckpointWarning> ToWarnings(
        CheckpointWarningCode code, string noun, Func<IReadOnlyList<CheckpointViolation>, IReadOnlyList<CheckpointViolation>>? localise = null)
    {
        var lines = (localise is null ? Listed : localise(Listed)).Select(static listed => listed.ToString());
        return (Total > Listed.Count
            ? lines.Append(string.Create(CultureInfo.InvariantCulture, $"… and {Total - Listed.Count} more {noun}."))
            : lines).Select(line => new CheckpointWarning(code, line));
    }
}
