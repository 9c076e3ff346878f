using Eden.Git.Objects;
using Eden.Git.Remotes;

namespace Eden.Git.Sync;

/// <summary>What a remote advertises: its refs, and what its <c>HEAD</c> is.</summary>
/// <param name="Refs">Full names below <c>refs/</c> to hex hashes. Names are <see cref="RefText"/>, here and below.</param>
/// <param name="DefaultBranch">The ref that <c>HEAD</c> points to; <see langword="null"/> when the remote does not say.</param>
/// <param name="HeadCommit">The object that <c>HEAD</c> is; <see langword="null"/> when it is unborn.</param>
/// <param name="IllegalNames">How many refs have names that git does not allow; they are not listed.</param>
internal sealed record RemoteListing(Dictionary<string, string> Refs, string? DefaultBranch, string? HeadCommit, long IllegalNames)
{
    /// <summary>Sorts out an advertisement.</summary>
    /// <exception cref="GitException">The remote names objects in a way that a sync cannot handle.</exception>
    public static RemoteListing From(Advertisement advertised, GitRemoteAddress remote)
    {
        if (advertised.Format != GitObjectFormat.Sha1)
        {
            throw new GitUnsupportedException($"The remote '{remote}' names objects by {advertised.Format.ConfigName()}, which a sync cannot handle.");
        }

        var refs = new Dictionary<string, string>(StringComparer.Ordinal);
        string? headCommit = null;
        var illegal = 0L;
        foreach (var (name, value) in advertised.Refs)
        {
            if (name == "HEAD")
            {
                headCommit = value;
            }
            else if (name.EndsWith("^{}", StringComparison.Ordinal) || !name.StartsWith("refs/", StringComparison.Ordinal))
            {
                // What an annotated tag leads to is no ref.
            }
            else if (IsRef(name))
            {
                refs[name] = value;
            }
            else
            {
                illegal++;
            }
        }

        return new RemoteListing(refs, advertised.HeadTarget is { } target && IsRef(target) ? target : null, headCommit, illegal);
    }

    /// <summary>Returns what <c>HEAD</c> of a clone should hold.</summary>
    public string HeadContent()
    {
        if (DefaultBranch is not null && RefName.CanBeHead(RefText.Encode(DefaultBranch)))
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

    private static bool IsRef(string name) => name.StartsWith("refs/", StringComparison.Ordinal) && RefName.HasLegalFormat(RefText.Encode(name));
}
