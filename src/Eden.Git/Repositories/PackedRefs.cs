using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>Reads the <c>packed-refs</c> file. What its peeled lines say is checked for form and not used: tags are read anyway.</summary>
internal static class PackedRefs
{
    /// <summary>Returns the refs by name; none when there is no such file.</summary>
    /// <exception cref="GitException">A line is malformed or a ref is broken; the message says which.</exception>
    public static List<RefValue> Read(string path, GitObjectFormat format)
    {
        byte[] bytes;
        try
        {
            bytes = RepositoryFile.ReadBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }

        var values = Parse(bytes, format);
        for (var i = 1; i < values.Count; i++)
        {
            if (string.CompareOrdinal(values[i - 1].Name, values[i].Name) >= 0)
            {
                // Files without the "sorted" trait, and names whose UTF-8 and UTF-16 orders differ.
                values.Sort(RefValue.ByName);
                break;
            }
        }

        for (var i = 1; i < values.Count; i++)
        {
            if (values[i - 1].Name == values[i].Name)
            {
                throw new GitDamagedException($"The ref {RefText.Show(values[i].Name)} is broken: packed-refs lists it twice.");
            }
        }

        return values;
    }

    internal static List<RefValue> Parse(ReadOnlySpan<byte> bytes, GitObjectFormat format)
    {
        var values = new List<RefValue>();
        var hex = format.HexLength();
        var number = 0;
        var peelable = false;
        while (!bytes.IsEmpty)
        {
            number++;
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                throw Malformed(number, "does not end");
            }

            var line = bytes[..end];
            bytes = bytes[(end + 1)..];
            if (line.EndsWith("\r"u8))
            {
                line = line[..^1];
            }

            if (line.IsEmpty || line[0] == (byte)'#')
            {
                continue;
            }

            if (line[0] == (byte)'^')
            {
                if (!peelable || line.Length != hex + 1 || !ObjectHash.TryParse(line[1..], out _))
                {
                    throw Malformed(number, "is no peeled tag");
                }

                peelable = false;
                continue;
            }

            values.Add(ParseRef(line, hex, number));
            peelable = true;
        }

        return values;
    }

    private static RefValue ParseRef(ReadOnlySpan<byte> line, int hex, int number)
    {
        if (line.Length <= hex + 1 || line[hex] != (byte)' ' || !ObjectHash.TryParse(line[..hex], out var target))
        {
            throw Malformed(number, "has no object id and name");
        }

        var bytes = line[(hex + 1)..];
        var name = RefText.Decode(bytes);
        if (!bytes.StartsWith("refs/"u8) || !RefName.IsLegal(bytes))
        {
            throw Malformed(number, $"names \"{RefText.Show(name)}\", which is no ref name");
        }

        return target.IsZero
            ? throw new GitDamagedException($"The ref {RefText.Show(name)} is broken: it names no object.")
            : new RefValue(name, target, null);
    }

    private static GitDamagedException Malformed(int line, string fault)
        => new GitDamagedException($"The repository's packed-refs is malformed: line {line} {fault}.");
}
