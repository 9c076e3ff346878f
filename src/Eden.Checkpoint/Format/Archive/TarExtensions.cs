namespace Eden.Checkpoint.Format.Archive;

/// <summary>What the extended headers before a member say of it, and which of them may follow each other.</summary>
internal struct TarExtensions
{
    private TarExtension _last;

    /// <summary>Gets what a pax header says.</summary>
    public PaxRecords Pax { get; private set; }

    /// <summary>Gets the GNU long name.</summary>
    public string? LongName { get; private set; }

    /// <summary>Gets a value indicating whether there is a header that belongs to the member behind it.</summary>
    public readonly bool IsOpen => _last != TarExtension.None;

    /// <summary>Gets the header that was taken last, for messages.</summary>
    public readonly string LastName => NameOf(_last);

    /// <summary>Returns what a header with that type flag is.</summary>
    public static TarExtension Of(byte typeFlag) => (char)typeFlag switch
    {
        'x' => TarExtension.Pax,
        'g' => TarExtension.GlobalPax,
        'L' => TarExtension.LongName,
        'K' => TarExtension.LongLinkName,
        _ => TarExtension.None,
    };

    /// <summary>Names a kind of header for messages.</summary>
    public static string NameOf(TarExtension kind) => kind switch
    {
        TarExtension.Pax => "a pax header",
        TarExtension.GlobalPax => "a global pax header",
        TarExtension.LongName => "a GNU long name",
        _ => "a GNU long link name",
    };

    /// <summary>Tells whether a header may come next: a member has one pax header, or a long name and a long link name in either order.</summary>
    public readonly bool MayFollow(TarExtension next) => next switch
    {
        TarExtension.Pax or TarExtension.GlobalPax => !IsOpen,
        TarExtension.LongName => LongName is null && _last is TarExtension.None or TarExtension.LongLinkName,
        _ => !IsOpen || (LongName is not null && _last == TarExtension.LongName),
    };

    /// <summary>Takes a header's content.</summary>
    /// <param name="kind">The header.</param>
    /// <param name="content">Its content, without the padding.</param>
    /// <param name="offset">Where the header starts, for messages.</param>
    /// <returns>What is wrong with it, or <see langword="null"/>.</returns>
    public string? Take(TarExtension kind, ReadOnlySpan<byte> content, long offset)
    {
        switch (kind)
        {
            case TarExtension.Pax or TarExtension.GlobalPax:
                if (!PaxRecords.TryParse(content, kind == TarExtension.GlobalPax, out var records, out var fault))
                {
                    return $"{fault} (at byte {offset})";
                }

                Pax = kind == TarExtension.Pax ? records : Pax;
                break;
            case TarExtension.LongName:
                LongName = TarField.Decode(TarField.Text(content));
                if (string.IsNullOrEmpty(LongName))
                {
                    return $"the GNU long name at byte {offset} is empty or not UTF-8";
                }

                break;
        }

        // A global header stands for itself; the others belong to the member that follows.
        _last = kind == TarExtension.GlobalPax ? TarExtension.None : kind;
        return null;
    }
}
