using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A tar put together byte by byte, right or deliberately wrong: it shares no code with what it tests.</summary>
internal sealed class RawTar
{
    private readonly MemoryStream _bytes = new();

    public int Length => (int)_bytes.Length;

    /// <summary>Adds a header and its content; every field can be set.</summary>
    public RawTar Member(
        string name, ReadOnlySpan<byte> content = default, char type = '0', string magic = "ustar\0" + "00", string prefix = "",
        string? size = null, string link = "", Action<byte[]>? edit = null, bool padded = true)
        => Member(Encoding.UTF8.GetBytes(name), content, type, magic, prefix, size, link, edit, padded);

    public RawTar Member(
        byte[] name, ReadOnlySpan<byte> content, char type = '0', string magic = "ustar\0" + "00", string prefix = "",
        string? size = null, string link = "", Action<byte[]>? edit = null, bool padded = true)
    {
        var block = new byte[512];
        name.AsSpan(0, Math.Min(100, name.Length)).CopyTo(block);
        Put(block, 100, "0000644\0");
        Put(block, 108, "0000000\0");
        Put(block, 116, "0000000\0");
        Put(block, 124, size ?? Octal(content.Length, 11) + "\0");
        Put(block, 136, "00000000000\0");
        block[156] = (byte)type;
        Put(block, 157, link);
        Put(block, 257, magic);
        Put(block, 345, prefix);
        Checksum(block);
        edit?.Invoke(block);
        _bytes.Write(block);
        return padded ? Padded(content) : Raw(content);
    }

    /// <summary>Adds a text file.</summary>
    public RawTar Text(string name, string content) => Member(name, Encoding.UTF8.GetBytes(content));

    /// <summary>Adds a pax header, global or for the next member.</summary>
    public RawTar Pax(IReadOnlyDictionary<string, string> records, bool global = false)
    {
        var data = new List<byte>();
        foreach (var (key, value) in records)
        {
            data.AddRange(PaxRecord(key, value));
        }

        return Member("PaxHeaders/x", [.. data], global ? 'g' : 'x');
    }

    public RawTar LongName(string name) => Member("././@LongLink", [.. Encoding.UTF8.GetBytes(name), 0], 'L', "ustar  \0");

    public RawTar Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public RawTar Zeros(int count) => Raw(new byte[count]);

    /// <summary>Returns the bytes with the end-of-archive mark.</summary>
    public byte[] End() => Zeros(1024).ToArray();

    /// <summary>Returns the bytes as they are.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    public static byte[] PaxRecord(string key, string value)
    {
        var rest = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value) + 3;
        var length = rest;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        }

        return Encoding.UTF8.GetBytes($"{length} {key}={value}\n");
    }

    /// <summary>Puts the right checksum into a header.</summary>
    public static void Checksum(byte[] block)
    {
        Put(block, 148, "        ");
        var sum = block.Sum(static value => value);
        Put(block, 148, Octal(sum, 6) + "\0 ");
    }

    public static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');

    public static void Put(byte[] block, int offset, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block, offset);

    private RawTar Padded(ReadOnlySpan<byte> content)
    {
        _bytes.Write(content);
        return Zeros((512 - (content.Length % 512)) % 512);
    }
}
