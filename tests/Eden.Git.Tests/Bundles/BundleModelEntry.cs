using Eden.Checkpoint.Tests.Kit;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>One entry of a <see cref="BundleModel"/>: what it says, and, where set, what it says wrongly.</summary>
internal sealed class BundleModelEntry(PackEntryKind kind, byte[] content)
{
    public PackEntryKind Kind { get; set; } = kind;

    /// <summary>Gets or sets what is inflated: an object's content, or a delta's instructions.</summary>
    public byte[] Content { get; set; } = content;

    /// <summary>Gets or sets the base of an offset delta.</summary>
    public BundleModelEntry? Base { get; set; }

    /// <summary>Gets or sets the id that a reference delta names, in hex.</summary>
    public string BaseId { get; set; } = "";

    public long? DeclaredSize { get; set; }

    public long? Distance { get; set; }

    /// <summary>Gets or sets how many bytes longer than needed the header is: git reads it up to nine bytes, and nobody does it.</summary>
    public int HeaderPadding { get; set; }

    /// <summary>Gets or sets the compressed bytes, when they are not to be made of the content.</summary>
    public byte[]? Compressed { get; set; }

    public bool IsDelta => Kind >= PackEntryKind.OffsetDelta;

    public BundleModelEntry Copy() => (BundleModelEntry)MemberwiseClone();

    public byte[] Compress() => Compressed ?? SyntheticPack.Deflate(Content);

    public void Write(Stream pack, Dictionary<BundleModelEntry, long> offsets)
    {
        var offset = pack.Position;
        var header = new byte[VariableInteger.MaxLength + Math.Max(16, HeaderPadding)];
        var length = VariableInteger.WriteEntryHeader(header, Kind, DeclaredSize ?? Content.Length);
        for (var padding = 0; padding < HeaderPadding; padding++)
        {
            header[length - 1] |= 0x80;
            header[length++] = 0;
        }

        pack.Write(header.AsSpan(0, length));
        if (Kind == PackEntryKind.OffsetDelta)
        {
            // A base that comes later cannot be said; the distance then leads nowhere.
            var distance = Distance ?? (Base is not null && offsets.TryGetValue(Base, out var place) && place < offset ? offset - place : 1);
            if (distance > 0)
            {
                pack.Write(header.AsSpan(0, VariableInteger.WriteDistance(header, distance)));
            }
            else
            {
                pack.WriteByte(0);
            }
        }
        else if (Kind == PackEntryKind.ReferenceDelta)
        {
            pack.Write(Convert.FromHexString(BaseId));
        }

        pack.Write(Compress());
    }
}
