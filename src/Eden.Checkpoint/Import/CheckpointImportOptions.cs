using System.Text;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint;

/// <summary>Options of an import. Immutable.</summary>
public sealed record CheckpointImportOptions
{
    /// <summary>Gets the id that the experiment must land under (spec §8); <see langword="null"/> for the receiver's own, or a fresh one where it has none.</summary>
    /// <exception cref="ArgumentException">The value is no experiment id.</exception>
    public string? AsExperimentId { get; init => field = value is null ? null : OpaqueId.RequireExperimentId(value, nameof(value)); }

    /// <summary>Gets the id that the caller expects as the result; another one is an <see cref="ExperimentIdMismatchException"/>.</summary>
    /// <exception cref="ArgumentException">The value is no experiment id.</exception>
    public string? ExpectedExperimentId { get; init => field = value is null ? null : OpaqueId.RequireExperimentId(value, nameof(value)); }

    /// <summary>Gets where the repository is restored as a bare one: a path with nothing there, an empty directory, or the clone of <see cref="RemoteUrl"/> that exports
    /// keep (<see cref="LocalClone"/>): a cache, which gives way when the rows are committed and stays when they are not. Symbolic links are followed.
    /// <see langword="null"/> restores none.</summary>
    /// <exception cref="ArgumentException">The value is empty, or no path.</exception>
    public string? RepositoryPath { get; init => field = CheckedPath(value); }

    /// <summary>Gets the remote of record that all refs are pushed to after the commit: an <c>http://</c>, <c>https://</c> or <c>file://</c> URL, or
    /// a path. <see langword="null"/> pushes nowhere. It must have no refs, unless <see cref="ForcePush"/> is set.</summary>
    /// <exception cref="ArgumentException">The value is no such URL.</exception>
    public string? RemoteUrl { get; init => field = CheckedRemote(value); }

    /// <summary>Gets where the credential of the remote comes from; it wins over a password in the URL.</summary>
    public ICredentialSource? Credentials { get; init; }

    /// <summary>Gets a value indicating whether refs that the remote has may be overwritten. Others that it has stay.</summary>
    public bool ForcePush { get; init; }

    /// <summary>Gets where the bytes of artifacts go (spec §7): each artifact that rows name is stored once, and <c>artifacts_uri</c> and
    /// <c>executor_artifacts_uri</c> of ideas, variants and submissions hold the sink's URI instead of the archive's, in the same transaction as
    /// everything else. The sink is given the bytes before the transaction begins: an import that fails then leaves bytes there that no row
    /// names, and the same import again gives the same URIs.</summary>
    /// <value><see langword="null"/> by default: URIs that name bytes of the archive are imported as they are, with a warning; the bytes are not kept.</value>
    public IArtifactSink? ArtifactSink { get; init; }

    /// <summary>Gets the directory for one file <c>&lt;worker_id&gt;.token</c> per worker (mode 0600); made with mode 0700 when it is missing. The tokens are
    /// written to a private folder in it before the transaction begins, and moved to their places after the commit: an import into a directory that is full,
    /// read-only or no directory fails with an <see cref="IOException"/>, and nothing was imported. <see langword="null"/> writes none:
    /// <see cref="CheckpointImportResult.Credentials"/> then has the only copies.</summary>
    /// <exception cref="ArgumentException">The value is empty, or no path.</exception>
    public string? CredentialsDirectory { get; init => field = CheckedPath(value); }

    /// <summary>Gets how deep the bundle is checked. A repository that is restored is always checked in full, in the pass that writes it.</summary>
    /// <value><see cref="GitVerification.Objects"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is no member of the enumeration.</exception>
    public GitVerification Depth { get; init => field = OptionValue.Defined(value); } = GitVerification.Objects;

    /// <summary>Gets the limits on the archive, its rows and its bundle.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = CheckpointLimits.Default;

    /// <summary>Gets the directory in which the private temporary directory is made; <see langword="null"/> for the system's. It takes the rows, the bundle, and artifacts that go to a sink.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Gets where progress is reported, if anywhere.</summary>
    public IProgress<CheckpointProgress>? Progress { get; init; }

    // What a log may hold of the options: the URL may carry a password.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append("AsExperimentId = ").Append(AsExperimentId)
            .Append(", ExpectedExperimentId = ").Append(ExpectedExperimentId)
            .Append(", RepositoryPath = ").Append(RepositoryPath)
            .Append(", RemoteUrl = ").Append(RemoteUrl is null ? null : GitRemoteAddress.Parse(RemoteUrl).Text)
            .Append(", ForcePush = ").Append(ForcePush)
            .Append(", CredentialsDirectory = ").Append(CredentialsDirectory)
            .Append(", Depth = ").Append(Depth)
            .Append(", TemporaryDirectory = ").Append(TemporaryDirectory);
        return true;
    }

    private static string? CheckedPath(string? value)
    {
        if (value is not null)
        {
            _ = Path.GetFullPath(value);
        }

        return value;
    }

    private static string? CheckedRemote(string? value)
    {
        if (value is not null)
        {
            _ = GitRemoteAddress.Parse(value);
        }

        return value;
    }
}
