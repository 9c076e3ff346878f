using System.Text;

namespace Eden.Checkpoint.Format.Archive;

/// <summary>Tells what a file is that was taken for a tar.</summary>
internal static class ArchiveFormat
{
    private static readonly (byte[] Magic, string Name)[] s_known =
    [
        ([0x1f, 0x8b], "a gzip file"),
        ("PK\u0003\u0004"u8.ToArray(), "a zip file"),
        ("PK\u0005\u0006"u8.ToArray(), "a zip file"),
        ([0x28, 0xb5, 0x2f, 0xfd], "a zstd file"),
        ([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "an xz file"),
        ("BZh"u8.ToArray(), "a bzip2 file"),
        ([(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c], "a 7z file"),
        ([0x04, 0x22, 0x4d, 0x18], "an lz4 file"),
        ("# v2 git bundle\n"u8.ToArray(), "a git bundle"),
        ("# v3 git bundle\n"u8.ToArray(), "a git bundle"),
        ("{"u8.ToArray(), "JSON"),
        ("<"u8.ToArray(), "HTML or XML"),
    ];

    /// <summary>Returns a message that names the format, or <see langword="null"/> when the start of the file is not known.</summary>
    public static string? Recognise(ReadOnlySpan<byte> start)
    {
        foreach (var (magic, name) in s_known)
        {
            if (start.StartsWith(magic))
            {
                return new StringBuilder("this is no tar archive: it looks like ").Append(name)
                    .Append(magic[0] is (byte)'{' or (byte)'<' or (byte)'#' ? string.Empty : "; a checkpoint is an uncompressed tar").ToString();
            }
        }

        return null;
    }
}
