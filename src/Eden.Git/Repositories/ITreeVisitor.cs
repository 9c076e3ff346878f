using Eden.Git.Packs;

namespace Eden.Git.Repositories;

/// <summary>Told the entries of a tree, but for those that a tree which was visited has too.</summary>
internal interface ITreeVisitor : ITreeEntryVisitor
{
    /// <summary>Says of a tree whether its entries were visited, or will be.</summary>
    bool IsVisited(ObjectLocation tree);
}
