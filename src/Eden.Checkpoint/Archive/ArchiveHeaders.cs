using System.Text;

namespace Eden.Checkpoint.Archive;

/// <summary>Composes the headers of a member as TarReader gets them: the member's own header as it stood, before it at most one extended
/// header that says no more than name and size. What else stood there (times, attributes, comments) has no meaning in a checkpoint.</summary>
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
            return own.ToArray();
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
        own.CopyTo(headers.AsSpan(TarBlock.Length + padded));
        return headers;
    }
}
