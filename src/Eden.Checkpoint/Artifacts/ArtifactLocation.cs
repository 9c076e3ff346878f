using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Eden.Checkpoint.Format.Rows.Grammar;

namespace Eden.Checkpoint.Artifacts;

/// <summary>Where artifacts lie: the URIs that the file-system store understands, and the paths they stand for.</summary>
internal static class ArtifactLocation
{
    private const string OpaquePrefix = "eden://artifacts/";
    private const string ContentPrefix = "eden://artifacts/sha256/";
    private const string LocalhostPrefix = "file://localhost/";
    private const int OpaqueDigits = 32;
    private const int HashDigits = 64;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Tells whether a text is 64 lowercase hex digits.</summary>
    public static bool IsSha256(ReadOnlySpan<char> text) => text.Length == HashDigits && !text.ContainsAnyExcept(s_hex);

    /// <summary>Returns the path of an artifact: two digits of its hash name a folder, so that no folder gets huge.</summary>
    public static string PathOf(string directory, string sha256) => Path.Combine(directory, "sha256", sha256[..2], sha256[2..]);

    /// <summary>Returns the URI under which the store gives an artifact out.</summary>
    public static string UriOf(string sha256) => ContentPrefix + sha256;

    /// <summary>Reads a URI that names bytes by their hash: what <see cref="UriOf"/> wrote, or what an archive's rows hold.</summary>
    public static bool TryParseContent(string uri, [NotNullWhen(true)] out string? sha256)
    {
        sha256 = uri.StartsWith(ContentPrefix, StringComparison.Ordinal) && IsSha256(uri.AsSpan(ContentPrefix.Length))
            ? uri[ContentPrefix.Length..] : ArtifactUri.HashIn(uri);
        return sha256 is not null;
    }

    /// <summary>Reads <c>eden://artifacts/&lt;32 hex&gt;</c>.</summary>
    public static bool TryParseOpaque(string uri, [NotNullWhen(true)] out string? name)
    {
        var id = uri.StartsWith(OpaquePrefix, StringComparison.Ordinal) ? uri.AsSpan(OpaquePrefix.Length) : default;
        name = id.Length == OpaqueDigits && !id.ContainsAnyExcept(s_hex) ? id.ToString() : null;
        return name is not null;
    }

    /// <summary>Reads a <c>file://</c> URI of this machine; the path is absolute and has no <c>.</c> or <c>..</c> left.</summary>
    public static bool TryParseFile(string uri, [NotNullWhen(true)] out string? path)
    {
        path = null;

        // The class reads "localhost" as a share of that name; RFC 8089 means this machine.
        if (uri.StartsWith(LocalhostPrefix, StringComparison.OrdinalIgnoreCase))
        {
            uri = string.Concat("file://", uri.AsSpan(LocalhostPrefix.Length - 1));
        }

        if (!uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            || !Uri.TryCreate(uri, UriKind.Absolute, out var parsed)
            || !parsed.IsFile
            || parsed.Host.Length > 0
            || parsed.Query.Length > 0
            || parsed.Fragment.Length > 0)
        {
            return false;
        }

        var local = parsed.LocalPath;
        if (local.Contains('\0') || !Path.IsPathFullyQualified(local))
        {
            return false;
        }

        path = Path.GetFullPath(local);
        return true;
    }
}
