using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>The checksum at the end of a pack, over everything before it. Runs beside the scanner on a thread of its own.</summary>
internal static class PackTrailer
{
    /// <summary>Hashes the pack, copies it to <paramref name="copy"/> when there is one, and returns whether the trailer matches.</summary>
    public static (bool Matches, ObjectHash Checksum) Check(PackFile pack, GitObjectFormat format, Stream? copy, CancellationToken cancellationToken)
    {
        using var hash = format.CreateHash();
        var buffer = new byte[1 << 18];
        var offset = 0L;
        while (offset < pack.EntriesEnd)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = pack.Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, pack.EntriesEnd - offset)));
            if (read == 0)
            {
                break;
            }

            hash.AppendData(buffer.AsSpan(0, read));
            copy?.Write(buffer.AsSpan(0, read));
            offset += read;
        }

        var checksum = hash.Finish();
        Span<byte> trailer = stackalloc byte[32];
        trailer = trailer[..pack.Read(pack.EntriesEnd, trailer[..format.HashLength()])];
        copy?.Write(trailer);
        return (trailer.Length == format.HashLength() && ObjectHash.FromBytes(trailer) == checksum, checksum);
    }
}
