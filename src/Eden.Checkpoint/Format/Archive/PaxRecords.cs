using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Format.Archive;

/// <summary>What a pax extended header says that concerns where a member is and how long. Everything else in it is metadata of no meaning here.</summary>
/// <param name="Path">The name, when the header sets one.</param>
/// <param name="Size">The length of the content, when the header sets one.</param>
internal readonly record struct PaxRecords(string? Path, long? Size)
{
    /// <summary>Reads the records <c>length key=value\n</c>.</summary>
    /// <param name="data">The header's content.</param>
    /// <param name="isGlobal">Whether it is a global header: it may say nothing of names and sizes, for readers disagree on what that would mean.</param>
    /// <param name="records">What the records say.</param>
    /// <param name="fault">What is wrong, as a sentence.</param>
    public static bool TryParse(ReadOnlySpan<byte> data, bool isGlobal, out PaxRecords records, out string? fault)
    {
        records = default;
        string? path = null;
        long? size = null;
        while (!data.IsEmpty)
        {
            if (!TryTake(ref data, out var key, out var value))
            {
                fault = "a pax record is malformed";
                return false;
            }

            if (key.StartsWith("GNU.sparse."u8))
            {
                fault = "it is a sparse file";
                return false;
            }

            var isPath = key.SequenceEqual("path"u8);
            var isSize = key.SequenceEqual("size"u8);
            if (isGlobal && (isPath || isSize || key.SequenceEqual("linkpath"u8)))
            {
                fault = $"a global pax header sets the '{Encoding.ASCII.GetString(key)}' of the members after it";
                return false;
            }

            if ((isPath && path is not null) || (isSize && size is not null))
            {
                fault = $"a pax header sets the '{Encoding.ASCII.GetString(key)}' twice";
                return false;
            }

            if (isPath)
            {
                path = value.ContainsAny((byte)0, (byte)'\n') ? null : TarField.Decode(value);
                if (string.IsNullOrEmpty(path))
                {
                    fault = "the name in a pax header is empty, is not UTF-8, or holds a NUL or a line break";
                    return false;
                }
            }
            else if (isSize)
            {
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    fault = "the size in a pax header is no number";
                    return false;
                }

                size = number;
            }
        }

        records = new PaxRecords(path, size);
        fault = null;
        return true;
    }

    /// <summary>Writes the same in the plainest form.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        Append(bytes, "path", Path);
        Append(bytes, "size", Size?.ToString(CultureInfo.InvariantCulture));
        return bytes.ToArray();
    }

    private static bool TryTake(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        key = value = default;
        var space = data.IndexOf((byte)' ');
        if (space is < 1 or > 9
            || !int.TryParse(data[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length <= space + 1
            || length > data.Length
            || data[length - 1] != (byte)'\n')
        {
            return false;
        }

        var record = data[(space + 1)..(length - 1)];
        var equals = record.IndexOf((byte)'=');
        if (equals < 1)
        {
            return false;
        }

        key = record[..equals];
        value = record[(equals + 1)..];
        data = data[length..];
        return true;
    }

    private static void Append(MemoryStream bytes, string key, string? value)
    {
        if (value is null)
        {
            return;
        }

        // The length counts its own digits.
        var rest = Encoding.UTF8.GetByteCount(value) + key.Length + 3;
        var length = rest + 1;
        while (rest + length.ToString(CultureInfo.InvariantCulture).Length != length)
        {
            length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        }

        bytes.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} {key}={value}\n")));
    }
}
