using System.Text;
using Eden.Git.Objects;

namespace Eden.Git;

/// <summary>Git's rules for the names of refs.</summary>
public static class GitRefName
{
    /// <summary>Tells whether a repository can have a ref of that name: a legal one below <c>refs/</c> (<c>git check-ref-format</c>).</summary>
    /// <param name="fullRefName">The name, for example <c>refs/heads/main</c>.</param>
    public static bool IsLegal(string fullRefName)
    {
        ArgumentNullException.ThrowIfNull(fullRefName);
        return fullRefName.StartsWith("refs/", StringComparison.Ordinal) && RefName.IsLegal(Encoding.UTF8.GetBytes(fullRefName));
    }
}
