using System.Buffers;
using Eden.Git.Objects;

namespace Eden.Git.Bundles;

/// <summary>Writes a bundle header: <see cref="Begin"/>, then each ref, then <see cref="End"/>; the pack follows.</summary>
/// <remarks>Version 2 for SHA-1, which every git can read; SHA-256 needs version 3.</remarks>
internal static class BundleHeaderWriter
{
    public static void Begin(IBufferWriter<byte> destination, GitObjectFormat format, int? version = null)
    {
        var written = version ?? (format == GitObjectFormat.Sha1 ? 2 : 3);
        if (written is not (2 or 3) || (written == 2 && format != GitObjectFormat.Sha1))
        {
            throw new ArgumentOutOfRangeException(nameof(version), version, "A bundle is of version 2 (SHA-1 only) or 3.");
        }

        destination.Write(written == 2 ? "# v2 git bundle\n"u8 : "# v3 git bundle\n"u8);
        if (written == 3)
        {
            destination.Write(format == GitObjectFormat.Sha1 ? "@object-format=sha1\n"u8 : "@object-format=sha256\n"u8);
        }
    }

    public static void WriteRef(IBufferWriter<byte> destination, GitObjectFormat format, ObjectHash id, ReadOnlySpan<byte> name)
    {
        if (!RefName.IsLegal(name))
        {
            throw new ArgumentException("The name is not legal for a ref.", nameof(name));
        }

        Span<byte> raw = stackalloc byte[format.HashLength()];
        id.CopyTo(raw);
        var place = destination.GetSpan(format.HexLength() + name.Length + 2);
        Convert.TryToHexStringLower(raw, place, out var written);
        place[written] = (byte)' ';
        name.CopyTo(place[(written + 1)..]);
        place[written + 1 + name.Length] = (byte)'\n';
        destination.Advance(written + name.Length + 2);
    }

    public static void End(IBufferWriter<byte> destination) => destination.Write("\n"u8);
}
