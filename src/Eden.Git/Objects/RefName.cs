using System.Buffers;

namespace Eden.Git.Objects;

/// <summary>Git's rules for ref names (<c>git check-ref-format</c>).</summary>
internal static class RefName
{
    private const int MostComponentBytes = 255;

    // Space, DEL, and the characters that revision syntax and patterns need; control characters are tested apart.
    private static readonly SearchValues<byte> s_forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(value => (byte)value), 0x7F, .. "~^:?*[\\"u8]);

    /// <summary>Says whether a bundle may list this name: <c>HEAD</c>, a legal name under <c>refs/</c>, or another worktree's HEAD.</summary>
    public static bool IsLegal(ReadOnlySpan<byte> name)
        => name.SequenceEqual("HEAD"u8) || ((name.StartsWith("refs/"u8) || IsWorktreeHead(name)) && HasLegalFormat(name));

    /// <summary>Says whether the name is one that git's own <c>bundle create --all</c> gives the HEADs of a repository's other worktrees.</summary>
    public static bool IsWorktreeHead(ReadOnlySpan<byte> name)
        => name.SequenceEqual("main-worktree/HEAD"u8)
            || (name.StartsWith("worktrees/"u8) && name.EndsWith("/HEAD"u8) && name.Count((byte)'/') == 2);

    /// <summary>Says whether a ref of that name can only name a commit: a branch, or HEAD.</summary>
    public static bool IsBranch(ReadOnlySpan<byte> name) => name.StartsWith("refs/heads/"u8) || name.SequenceEqual("HEAD"u8);

    /// <inheritdoc cref="IsBranch(ReadOnlySpan{byte})"/>
    public static bool IsBranch(string name) => name.StartsWith("refs/heads/", StringComparison.Ordinal) || name == "HEAD";

    /// <summary>Says whether <c>HEAD</c> can lead to a branch of that name: git looks it up as a file, also where it is packed, and calls a repository invalid whose
    /// <c>HEAD</c> has a component that no file can be called.</summary>
    public static bool CanBeHead(ReadOnlySpan<byte> name)
    {
        foreach (var component in name.Split((byte)'/'))
        {
            if (name[component].Length > MostComponentBytes)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Says whether git's check-ref-format accepts the name; it needs at least two components.</summary>
    public static bool HasLegalFormat(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name[^1] == (byte)'.' || name.ContainsAny(s_forbidden) || name.IndexOf("@{"u8) >= 0 || name.IndexOf(".."u8) >= 0)
        {
            return false;
        }

        var components = 1;
        while (true)
        {
            var slash = name.IndexOf((byte)'/');
            var component = slash < 0 ? name : name[..slash];
            if (component.IsEmpty || component[0] == (byte)'.' || component.EndsWith(".lock"u8))
            {
                return false;
            }

            if (slash < 0)
            {
                break;
            }

            name = name[(slash + 1)..];
            components++;
        }

        return components >= 2;
    }
}
