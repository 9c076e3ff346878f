using LibGit2Sharp;

namespace Eden.Checkpoint.Git.Sync;

/// <summary>What a remote advertises: its refs, and what its <c>HEAD</c> is.</summary>
/// <param name="Refs">Full names below <c>refs/</c> to hex hashes.</param>
/// <param name="DefaultBranch">The ref that <c>HEAD</c> points to; <see langword="null"/> when the remote does not say.</param>
/// <param name="HeadCommit">The object that <c>HEAD</c> is; <see langword="null"/> when it is unborn.</param>
/// <param name="IllegalNames">How many refs have names that git does not allow; they are not listed.</param>
internal sealed record RemoteListing(Dictionary<string, string> Refs, string? DefaultBranch, string? HeadCommit, long IllegalNames)
{
    /// <summary>Sorts out an advertisement.</summary>
    /// <exception cref="CheckpointRepoUnavailableException">A name is not UTF-8.</exception>
    public static RemoteListing From(IEnumerable<Reference> advertised)
    {
        var refs = new Dictionary<string, string>(StringComparer.Ordinal);
        string? defaultBranch = null;
        string? headCommit = null;
        var illegal = 0L;
        foreach (var reference in advertised)
        {
            var name = reference.CanonicalName;
            var value = reference.ResolveToDirectReference()?.TargetIdentifier;
            if (name.Contains('\uFFFD', StringComparison.Ordinal))
            {
                // Its bytes are lost here, and two such names could become one.
                throw CheckpointRepoUnavailableException.Lasting($"The remote advertises a ref whose name is not UTF-8: {name}.");
            }

            if (name == "HEAD")
            {
                defaultBranch = (reference as SymbolicReference)?.TargetIdentifier;
                headCommit = value;
            }
            else if (name.EndsWith("^{}", StringComparison.Ordinal) || value is null)
            {
                // What an annotated tag leads to is no ref.
            }
            else if (IsRef(name))
            {
                refs[name] = value;
            }
            else if (name.StartsWith("refs/", StringComparison.Ordinal))
            {
                illegal++;
            }
        }

        return new RemoteListing(refs, defaultBranch is not null && IsRef(defaultBranch) ? defaultBranch : null, headCommit, illegal);
    }

    /// <summary>Returns what <c>HEAD</c> of a clone should hold.</summary>
    public string HeadContent()
    {
        if (DefaultBranch is not null)
        {
            return "ref: " + DefaultBranch;
        }

        // Old servers advertise the commit only. git guesses in the same way.
        foreach (var name in (string[])["refs/heads/main", "refs/heads/master"])
        {
            if (HeadCommit is not null && Refs.TryGetValue(name, out var commit) && commit == HeadCommit)
            {
                return "ref: " + name;
            }
        }

        return HeadCommit is not null && Refs.ContainsValue(HeadCommit) ? HeadCommit : "ref: refs/heads/main";
    }

    private static bool IsRef(string name) => name.StartsWith("refs/", StringComparison.Ordinal) && Reference.IsValidName(name);
}
