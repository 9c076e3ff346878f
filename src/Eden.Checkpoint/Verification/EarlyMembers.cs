using Eden.Checkpoint.Artifacts;
using Eden.Shared;

namespace Eden.Checkpoint.Verification;

/// <summary>Keeps what an archive holds before its manifest says what it is: files on disk, artifacts as their hashes. Not thread-safe.</summary>
/// <remarks>Bounded whatever comes: a checkpoint has ten files besides manifest and artifacts, so of more than <see cref="MostFiles"/>
/// some are foreign and the archive is invalid; their content is not kept then.</remarks>
internal sealed class EarlyMembers(TemporaryDirectory directory, ArtifactSpool? artifacts)
{
    public const int MostFiles = 16;
    public const int MostNames = 1000;

    private readonly List<EarlyFile> _files = [];
    private readonly Dictionary<string, List<ArtifactDigest>> _artifacts = new(StringComparer.Ordinal);
    private int _kept;

    /// <summary>Gets files and directories in the order of the archive.</summary>
    public IReadOnlyList<EarlyFile> Files => _files;

    /// <summary>Gets the files whose names look like artifacts' ones, by directory.</summary>
    public IReadOnlyDictionary<string, List<ArtifactDigest>> Artifacts => _artifacts;

    /// <summary>Gets the number of members that were not even kept by name.</summary>
    public long Unnamed { get; private set; }

    public async Task TakeAsync(CheckpointArchiveMember member, CancellationToken cancellationToken)
    {
        if (!member.IsDirectory && ArtifactName.TrySplit(member.Path, out var parent, out var name)
            && (_artifacts.ContainsKey(parent) || _artifacts.Count < MostFiles))
        {
            var digests = _artifacts.TryGetValue(parent, out var known) ? known : _artifacts[parent] = [];
            digests.Add(await ArtifactDigest.TakeAsync(name, member, artifacts, cancellationToken).ConfigureAwait(false));
            return;
        }

        if (_files.Count >= MostNames)
        {
            Unnamed++;
            return;
        }

        string? spooled = null;
        if (!member.IsDirectory && _kept < MostFiles)
        {
            spooled = await MemberSpool.CopyAsync(directory, $"early-{_kept++}", member.Content, cancellationToken).ConfigureAwait(false);
        }

        _files.Add(new EarlyFile(member.Path, member.Length, member.IsDirectory, spooled));
    }
}
