using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Eden.Git.Objects;

/// <summary>Ref names as text that loses nothing. Git's names are bytes, and not every one is UTF-8.</summary>
/// <remarks>A byte that is no UTF-8 becomes a lone surrogate, U+DC00 and the byte, as Python has it for file names: no text that is UTF-8 has those, so the bytes come
/// back as they were, different names stay different, and U+FFFD stays what it is. Such text is for this engine alone: <see cref="Show"/> makes what others see.</remarks>
internal static class RefText
{
    private const char FirstByte = '\uDC80';
    private const char LastByte = '\uDCFF';

    public static string Decode(ReadOnlySpan<byte> name)
    {
        if (Utf8.IsValid(name))
        {
            return Encoding.UTF8.GetString(name);
        }

        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var isValid = Rune.DecodeFromUtf8(name, out var rune, out var consumed) == OperationStatus.Done;
            if (isValid)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var raw in name[..consumed])
                {
                    text.Append((char)(0xDC00 + raw));
                }
            }

            name = name[consumed..];
        }

        return text.ToString();
    }

    /// <summary>Returns the bytes of a name.</summary>
    public static byte[] Encode(string name)
    {
        if (!HasBytes(name))
        {
            return Encoding.UTF8.GetBytes(name);
        }

        var bytes = new List<byte>(name.Length * 2);
        Span<byte> utf8 = stackalloc byte[4];
        for (var position = 0; position < name.Length;)
        {
            if (Rune.DecodeFromUtf16(name.AsSpan(position), out var rune, out var consumed) != OperationStatus.Done && name[position] is >= FirstByte and <= LastByte)
            {
                bytes.Add((byte)(name[position] - 0xDC00));
            }
            else
            {
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            }

            position += consumed;
        }

        return [.. bytes];
    }

    /// <summary>Returns a name as messages and public values have it: bytes that are not UTF-8 as U+FFFD.</summary>
    public static string Show(string name) => HasBytes(name) ? Encoding.UTF8.GetString(Encode(name)) : name;

    /// <summary>Says whether a name has bytes that are not UTF-8.</summary>
    public static bool HasBytes(string name) => name.AsSpan().ContainsAnyInRange(FirstByte, LastByte);
}
