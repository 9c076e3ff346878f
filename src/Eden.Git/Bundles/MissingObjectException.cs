using Eden.Git.Objects;

namespace Eden.Git.Bundles;

/// <summary>An object that something reachable names is nowhere in the listing: lost, or moved by a gc while the listing was made.</summary>
/// <remarks>Never leaves the engine: a second listing decides which it is.</remarks>
internal sealed class MissingObjectException(ObjectHash id, string message) : Exception(message)
{
    public ObjectHash Id { get; } = id;
}
