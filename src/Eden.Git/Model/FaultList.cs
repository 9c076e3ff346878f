using Eden.Shared;

namespace Eden.Git.Model;

/// <summary>Collects faults up to a cap and counts all of them. Not thread-safe.</summary>
internal sealed class FaultList(int capacity) : CappedList<GitFault>(capacity)
{
    public void Add(GitFaultKind kind, string? name, string message, long? offset = null) => Add(new GitFault(kind, name, offset, message));
}
