using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>Told the entries of a tree.</summary>
internal interface ITreeEntryVisitor
{
    void Visit(in TreeLinks entry);
}
