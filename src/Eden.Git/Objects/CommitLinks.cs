
namespace Eden.Git.Objects;

/// <summary>The outgoing links of a commit: its tree, then its parents. A view of the content; nothing is copied.</summary>
/// <remarks>Asks for exactly what git asks for before it walks on: a tree line and well-formed parent lines. Author, committer and
/// message may be anything, because real histories have everything there.</remarks>
internal readonly ref struct CommitLinks
{
    private readonly ReadOnlySpan<byte> _parents;
    private readonly int _hexLength;

    private CommitLinks(ObjectHash tree, ReadOnlySpan<byte> parents, int count, int hexLength)
    {
        Tree = tree;
        _parents = parents;
        ParentCount = count;
        _hexLength = hexLength;
    }

    public ObjectHash Tree { get; }

    public int ParentCount { get; }

    private static int ParentLine(int hexLength) => "parent \n".Length + hexLength;

    /// <summary>Reads the head of a commit; on failure <paramref name="fault"/> says what is wrong with it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> content, GitObjectFormat format, out CommitLinks links, out string? fault)
    {
        links = default;
        var hex = format.HexLength();
        var treeLine = "tree \n".Length + hex;
        if (content.Length <= treeLine
            || !content.StartsWith("tree "u8)
            || content[treeLine - 1] != (byte)'\n'
            || !ObjectHash.TryParse(content.Slice(5, hex), out var tree))
        {
            fault = "the commit has no well-formed tree line";
            return false;
        }

        var rest = content[treeLine..];
        var line = ParentLine(hex);
        var count = 0;
        while (rest.Length >= line && rest.StartsWith("parent "u8))
        {
            // Git wants something behind the last parent, and refuses the commit otherwise.
            if (rest.Length == line || rest[line - 1] != (byte)'\n' || !ObjectHash.TryParse(rest.Slice(7, hex), out _))
            {
                fault = "the commit has a malformed parent line";
                return false;
            }

            rest = rest[line..];
            count++;
        }

        links = new CommitLinks(tree, content.Slice(treeLine, count * line), count, hex);
        fault = null;
        return true;
    }

    public ObjectHash Parent(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ParentCount, nameof(index));
        _ = ObjectHash.TryParse(_parents.Slice((index * ParentLine(_hexLength)) + 7, _hexLength), out var hash);
        return hash;
    }
}
