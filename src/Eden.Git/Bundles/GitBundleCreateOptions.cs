using System.Text;
using Eden.Git.Bundles;
using Eden.Git.Objects;
using Eden.Shared;

namespace Eden.Git;

/// <summary>Options of <c>GitBundle.CreateAsync</c>: additional refs, limits, progress. Immutable.</summary>
public sealed record GitBundleCreateOptions
{
    /// <summary>Gets refs that the bundle lists although the repository does not have them, for example a work branch that was deleted
    /// after its integration. Each names a commit that the repository still holds; the commit's history comes along.</summary>
    /// <value>None by default. A ref that the repository has itself stays as it is there, with a warning when the two differ.</value>
    /// <exception cref="ArgumentException">A name is not legal under <c>refs/</c>, or an id is not 40 or 64 hex digits.</exception>
    public IReadOnlyList<GitBundleRef> AdditionalRefs { get; init => field = Checked(value); } = [];

    /// <summary>Gets the ceilings: <see cref="GitLimits.MaxObjectBytes"/> for objects that have to be inflated,
    /// <see cref="GitLimits.MaxCommitBytes"/> for commits and tags.</summary>
    /// <value><see cref="GitLimits.Default"/> by default.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public GitLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = GitLimits.Default;

    /// <summary>Gets where large objects may be put for a while: those whose delta base no ref reaches.</summary>
    /// <value>An existing directory; <see langword="null"/> (the default) for the system's temporary directory.</value>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets who is told about progress, in objects: first of the walk, without a total, then of the writing. Told on a thread of the pool.</summary>
    /// <value>Nobody by default.</value>
    public IProgress<GitProgress>? Progress { get; init; }

    /// <summary>Gets a value indicating whether objects that no ref reaches come along when they are in a pack: for a repository's own packs, never for what leaves it.</summary>
    internal bool EveryPackedObject { get; init; }

    /// <summary>Gets the history that is left out; <see langword="null"/> for none. For what is copied between repositories, never for a bundle.</summary>
    internal KnownHistory? Known { get; init; }

    private static GitBundleRef[] Checked(IReadOnlyList<GitBundleRef> refs)
    {
        ArgumentNullException.ThrowIfNull(refs);
        foreach (var (name, objectId) in refs)
        {
            if (name is null || !name.StartsWith("refs/", StringComparison.Ordinal) || !RefName.IsLegal(Encoding.UTF8.GetBytes(name)))
            {
                throw new ArgumentException($"\"{name}\" is not a legal name of a ref under refs/.", nameof(refs));
            }

            if (!ObjectHash.TryParse(objectId, out _))
            {
                throw new ArgumentException($"\"{objectId}\", for {name}, is not 40 or 64 hex digits.", nameof(refs));
            }
        }

        return [.. refs];
    }
}
