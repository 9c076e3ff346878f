namespace Eden.Git.Objects;

/// <summary>The outgoing link of an annotated tag: what it names, and of which kind it says that is.</summary>
/// <remarks>Asks for what git asks for when it peels a tag; tagger and message may be anything.</remarks>
internal readonly record struct TagLinks(ObjectHash Target, ObjectKind TargetKind)
{
    // As git has it, whatever the lines are.
    private const int ShortestBesideId = 24;

    public static bool TryParse(ReadOnlySpan<byte> content, GitObjectFormat format, out TagLinks links, out string? fault)
    {
        links = default;
        var hex = format.HexLength();
        var objectLine = "object \n".Length + hex;
        if (content.Length < hex + ShortestBesideId)
        {
            fault = "the tag is shorter than git reads one";
            return false;
        }

        if (content.Length <= objectLine
            || !content.StartsWith("object "u8)
            || content[objectLine - 1] != (byte)'\n'
            || !ObjectHash.TryParse(content.Slice(7, hex), out var target))
        {
            fault = "the tag has no well-formed object line";
            return false;
        }

        var rest = content[objectLine..];
        var end = rest.IndexOf((byte)'\n');
        var kind = end > 5 && rest.StartsWith("type "u8) ? ObjectHeader.Parse(rest[5..end]) : ObjectKind.None;
        if (kind == ObjectKind.None)
        {
            fault = "the tag does not say of which kind its object is";
            return false;
        }

        rest = rest[(end + 1)..];
        if (!rest.StartsWith("tag "u8) || rest.IndexOf((byte)'\n') < 0)
        {
            fault = "the tag has no well-formed tag line";
            return false;
        }

        links = new TagLinks(target, kind);
        fault = null;
        return true;
    }
}
