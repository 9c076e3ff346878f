using System.Buffers;
using Eden.Shared;

namespace Eden.Checkpoint.Format.Archive;

/// <summary>The rules for a path under the root of an archive: they keep whatever an archive says inside it.</summary>
internal static class ArchivePath
{
    private static readonly SearchValues<char> s_forbidden = SearchValues.Create(
        "\\\u007f" + string.Concat(Enumerable.Range(0, 32).Select(code => (char)code)));

    /// <summary>Returns what is wrong with a relative path, as the end of a sentence, or <see langword="null"/>.</summary>
    public static string? FindFault(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
        {
            return "is empty";
        }

        if (path[0] == '/')
        {
            return "is absolute";
        }

        if (path.ContainsAny(s_forbidden))
        {
            return "holds a backslash or a control character; segments are separated by '/'";
        }

        foreach (var range in path.Split('/'))
        {
            switch (path[range])
            {
                case "":
                    return "has an empty segment";
                case ".":
                    return "has a '.' segment";
                case "..":
                    return "has a '..' segment";
            }
        }

        return null;
    }

    /// <summary>Shortens a path for a message and makes it printable.</summary>
    public static string Display(string path)
    {
        const int Longest = 120;
        var shown = ShortText.Of(path, Longest);
        return string.Create(shown.Length, shown, static (span, text) =>
        {
            for (var index = 0; index < span.Length; index++)
            {
                span[index] = char.IsControl(text[index]) || char.IsSurrogate(text[index]) ? '?' : text[index];
            }
        });
    }
}
