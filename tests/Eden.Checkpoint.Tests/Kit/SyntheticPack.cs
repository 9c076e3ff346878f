using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Packs and bundles written by hand, sound or not: every field can be set to a wrong value, checksums are right unless told otherwise.</summary>
internal sealed class SyntheticPack(GitObjectFormat format = GitObjectFormat.Sha1)
{
    private readonly MemoryStream _entries = new();
    private int _count;

    /// <summary>Gets the offset in the pack where the next entry will begin.</summary>
    public long NextOffset => PackHeader.Length + _entries.Length;

    public uint? DeclaredCount { get; init; }

    public uint Version { get; init; } = 2;

    /// <summary>Gets how many bytes that say nothing end each entry's header.</summary>
    public int HeaderPadding { get; init; }

    public static string Id(GitObjectFormat format, string kind, byte[] content)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes($"{kind} {content.Length}\0"), .. content];
        return Convert.ToHexStringLower(format == GitObjectFormat.Sha1 ? SHA1.HashData(bytes) : SHA256.HashData(bytes));
    }

    public static byte[] Deflate(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, level, leaveOpen: true))
        {
            zlib.Write(content);
        }

        return content.Length == 0 ? [0x78, 0x9C, 3, 0, 0, 0, 0, 1] : output.ToArray();
    }

    /// <summary>Adds a whole object and returns its id.</summary>
    public string Add(PackEntryKind kind, byte[] content)
    {
        AddRaw(kind, content.Length, [], Deflate(content));
        return Id(format, kind.ToString().ToLowerInvariant(), content);
    }

    public string AddCommit(string tree, string message, params string[] parents)
        => Add(PackEntryKind.Commit, Encoding.UTF8.GetBytes(
            $"tree {tree}\n{string.Concat(parents.Select(parent => $"parent {parent}\n"))}author a <a> 1 +0000\ncommitter a <a> 1 +0000\n\n{message}\n"));

    public void AddOffsetDelta(long distance, byte[] delta)
    {
        var encoded = new byte[VariableInteger.MaxLength];
        AddRaw(PackEntryKind.OffsetDelta, delta.Length, encoded[..VariableInteger.WriteDistance(encoded, distance)], Deflate(delta));
    }

    public void AddReferenceDelta(string baseId, byte[] delta) => AddRaw(PackEntryKind.ReferenceDelta, delta.Length, Convert.FromHexString(baseId), Deflate(delta));

    public void AddRaw(PackEntryKind kind, long size, byte[] between, byte[] compressed)
    {
        var header = new byte[VariableInteger.MaxLength + HeaderPadding];
        var length = VariableInteger.WriteEntryHeader(header, kind, size);
        for (var padding = 0; padding < HeaderPadding; padding++)
        {
            header[length - 1] |= 0x80;
            header[length++] = 0;
        }

        _entries.Write(header.AsSpan(0, length));
        _entries.Write(between);
        _entries.Write(compressed);
        _count++;
    }

    /// <summary>A delta's two sizes, then instructions as they are.</summary>
    public static byte[] Delta(long baseSize, long resultSize, params byte[] instructions)
    {
        var head = new byte[2 * VariableInteger.MaxLength];
        var length = VariableInteger.WriteSize(head, baseSize);
        length += VariableInteger.WriteSize(head.AsSpan(length), resultSize);
        return [.. head.AsSpan(0, length), .. instructions];
    }

    public byte[] ToPack()
    {
        var header = new byte[PackHeader.Length];
        new PackHeader(Version, DeclaredCount ?? (uint)_count).Write(header);
        byte[] body = [.. header, .. _entries.ToArray()];
        return [.. body, .. Checksum(format, body)];
    }

    public byte[] ToBundle(params (string Id, string Name)[] refs) => Bundle(format, ToPack(), refs);

    public static byte[] Bundle(GitObjectFormat format, byte[] pack, params (string Id, string Name)[] refs)
        => [.. Encoding.UTF8.GetBytes(
            (format == GitObjectFormat.Sha1 ? "# v2 git bundle\n" : "# v3 git bundle\n@object-format=sha256\n")
            + string.Concat(refs.Select(pair => $"{pair.Id} {pair.Name}\n")) + "\n"), .. pack];

    /// <summary>Puts the right checksum back at the end of a bundle whose pack was edited.</summary>
    public static byte[] FixTrailer(byte[] bundle, GitObjectFormat format = GitObjectFormat.Sha1)
    {
        var start = bundle.AsSpan().IndexOf("\n\nPACK"u8) + 2;
        var length = format == GitObjectFormat.Sha1 ? 20 : 32;
        Checksum(format, bundle.AsSpan(start..^length)).CopyTo(bundle.AsSpan(bundle.Length - length));
        return bundle;
    }

    private static byte[] Checksum(GitObjectFormat format, ReadOnlySpan<byte> bytes)
        => format == GitObjectFormat.Sha1 ? SHA1.HashData(bytes) : SHA256.HashData(bytes);
}
