using System.Text;

namespace Eden.Checkpoint.Format.Archive;

/// <summary>Composes the headers of a member as TarReader gets them: its own header with name, size, type and link as they stood, before it at most
/// one extended header that says no more than name and size. What else stood there (owners, modes, times, attributes, comments) has no meaning in a
/// checkpoint, and tar programs write it in more ways than TarReader takes.</summary>
internal static class ArchiveHeaders
{
    public static ReadOnlyMemory<byte> Compose(ReadOnlySpan<byte> own, PaxRecords pax, string? longName)
    {
        var (type, data) = (pax, longName) switch
        {
            ({ Path: not null } or { Size: not null }, _) => ((byte)'x', pax.ToBytes()),
            (_, not null) => ((byte)'L', [.. Encoding.UTF8.GetBytes(longName), 0]),
            _ => ((byte)0, Array.Empty<byte>()),
        };
        if (data.Length == 0)
        {
            return Plain(own);
        }

        var padded = data.Length + TarBlock.Padding(data.Length);
        var headers = new byte[TarBlock.Length + padded + TarBlock.Length];
        var extended = headers.AsSpan(0, TarBlock.Length);
        "extended"u8.CopyTo(extended);
        Encoding.ASCII.GetBytes(Convert.ToString(data.Length, 8).PadLeft(11, '0'), extended[TarBlock.Size]);
        extended[TarBlock.TypeFlag] = type;
        (type == (byte)'x' ? "ustar\000"u8 : "ustar  \0"u8).CopyTo(extended[TarBlock.Magic]);
        TarBlock.WriteSum(extended);
        data.CopyTo(headers.AsSpan(TarBlock.Length));
        Plain(own).CopyTo(headers.AsSpan(TarBlock.Length + padded));
        return headers;
    }

    /// <summary>Copies what counts of a header. Every field that is left out is zero.</summary>
    private static byte[] Plain(ReadOnlySpan<byte> own)
    {
        var plain = new byte[TarBlock.Length];
        TarField.Text(own[TarBlock.Name]).CopyTo(plain.AsSpan(TarBlock.Name));
        own[TarBlock.Size].CopyTo(plain.AsSpan(TarBlock.Size));
        plain[TarBlock.TypeFlag] = own[TarBlock.TypeFlag];
        TarField.Text(own[TarBlock.LinkName]).CopyTo(plain.AsSpan(TarBlock.LinkName));
        if (TarField.IsPosix(own))
        {
            "ustar\000"u8.CopyTo(plain.AsSpan(TarBlock.Magic));
            TarField.Text(own[TarBlock.Prefix]).CopyTo(plain.AsSpan(TarBlock.Prefix));
        }
        else if (own[TarBlock.Magic].StartsWith("ustar "u8))
        {
            "ustar  \0"u8.CopyTo(plain.AsSpan(TarBlock.Magic));
        }

        TarBlock.WriteSum(plain);
        return plain;
    }
}
