using System.Text;
using Eden.Checkpoint.Format.Rows.Grammar;

namespace Eden.Checkpoint.Verification;

/// <summary>The file names of artifacts: the SHA-256 of the bytes in 64 lowercase hex digits (§7).</summary>
internal static class ArtifactName
{
    public const int Length = 64;

    public static bool IsOne(ReadOnlySpan<char> name)
    {
        Span<byte> ascii = stackalloc byte[Length];
        return name.Length == Length && Encoding.UTF8.TryGetBytes(name, ascii, out var written) && RecordGrammar.IsSha256(ascii[..written]);
    }

    /// <summary>Splits off the last segment of a path when it is the name of an artifact.</summary>
    public static bool TrySplit(string path, out string directory, out string name)
    {
        var slash = path.LastIndexOf('/');
        name = path[(slash + 1)..];
        directory = slash < 0 ? string.Empty : path[..slash];
        return IsOne(name);
    }
}
