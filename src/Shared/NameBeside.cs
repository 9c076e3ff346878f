using System.Security.Cryptography;
using System.Text;

namespace Eden.Shared;

/// <summary>Names of what is kept beside a path because it may not be in it: the path with a suffix, or a short stand-in where that would be longer than
/// file systems allow.</summary>
internal static class NameBeside
{
    private const int LongestName = 255;
    private const int LongestSuffix = 48;

    /// <summary>Returns the path with a suffix; the same for the same path, and another for another.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="suffix">At most 48 bytes, with whatever the caller adds to it.</param>
    public static string Of(string path, string suffix)
    {
        var name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        return name.Length <= LongestName - LongestSuffix ? path + suffix
            : Path.Combine(Path.GetDirectoryName(path)!, $".eden-{Convert.ToHexStringLower(SHA256.HashData(name).AsSpan(0, 16))}{suffix}");
    }
}
