using Eden.Git.Remotes;

namespace Eden.Git.Sync;

/// <summary>The git command that finishes a push by hand, as a POSIX shell takes it.</summary>
/// <remarks>Branches and tags only: with <c>--mirror</c> git would delete what else the remote has, and fail at the refs that git hosts keep for themselves.</remarks>
internal static class PushCommand
{
    private const string PlainCharacters = "@%+=:,./-_";

    /// <summary>Returns the command.</summary>
    /// <param name="repository">The repository's path.</param>
    /// <param name="remote">The remote.</param>
    /// <param name="overwrites">Whether the remote has something of its own that must give way.</param>
    public static string For(string repository, GitRemoteAddress remote, bool overwrites)
        => $"git -C {Quote(repository)} push {(overwrites ? "--force " : "")}{Quote(remote.Text)} 'refs/heads/*:refs/heads/*' 'refs/tags/*:refs/tags/*'";

    /// <summary>Says how to finish a push by hand.</summary>
    /// <param name="repository">The repository that was pushed; <see langword="null"/> for a bundle that no repository was restored of.</param>
    /// <param name="remote">The remote.</param>
    /// <param name="overwrites">Whether the remote has something of its own that must give way.</param>
    public static string Finish(string? repository, GitRemoteAddress remote, bool overwrites)
    {
        const string bundle = "repo.bundle";
        var lead = overwrites ? "To finish, where the remote's refs of the same names may be overwritten" : "To finish";
        return repository is null
            ? $"{lead}, take {bundle} out of the archive, then: git clone --mirror {bundle} repo.git && {For("repo.git", remote, overwrites)}"
            : $"{lead}: {For(repository, remote, overwrites)}";
    }

    /// <summary>Quotes a word for a shell where it needs that.</summary>
    private static string Quote(string word)
        => word.Length > 0 && word.All(character => char.IsAsciiLetterOrDigit(character) || PlainCharacters.Contains(character, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
