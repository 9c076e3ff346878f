using Eden.Checkpoint.Git.Objects;

namespace Eden.Checkpoint.Git.Create;

/// <summary>An object that something reachable names is nowhere in the listing: lost, or moved by a gc while the listing was made.</summary>
/// <remarks>Never leaves the engine: a second listing decides which it is.</remarks>
internal sealed class MissingObjectException(ObjectHash id, string message) : Exception(message)
{
    public ObjectHash Id { get; } = id;
}
