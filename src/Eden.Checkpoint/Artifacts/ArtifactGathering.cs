using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Artifacts;

/// <summary>Collects the bytes of an experiment's artifacts for an archive and rewrites the spooled rows that name them (§7). Used once.</summary>
/// <remarks>Streams: an artifact is hashed while it goes to the spool, and stored once however many rows name it.</remarks>
internal sealed class ArtifactGathering
{
    private readonly IArtifactSource _source;
    private readonly TemporaryDirectory _directory;
    private readonly ArtifactSpool _spool;
    private readonly SpooledArtifactUris _uris;

    /// <param name="source">Where the bytes are.</param>
    /// <param name="directory">The spool, in which the rows are too.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="report">Takes what is wrong with rows, as each of them is met.</param>
    public ArtifactGathering(IArtifactSource source, TemporaryDirectory directory, CheckpointLimits limits, Action<ArtifactUse, CheckpointViolation> report)
    {
        _source = source;
        _directory = directory;
        _spool = new ArtifactSpool(directory);
        _uris = new SpooledArtifactUris(ReplaceAsync, limits.MaxLineBytes, report);
    }

    /// <summary>Gets the number of distinct artifacts.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the bytes of all distinct artifacts together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Gets how many URIs of rows the source does not serve: they travel verbatim.</summary>
    public long Verbatim { get; private set; }

    /// <summary>Gathers what the rows of one spooled registry name, and replaces its file with one that names the archive's own copies.</summary>
    public Task GatherAsync(RegistryKind kind, int longestLine, CancellationToken cancellationToken)
        => _uris.RewriteAsync(kind, _directory.File(RegistryFiles.FileName(kind)), longestLine, cancellationToken);

    /// <summary>Lists the artifacts in the order of their hashes: name and file.</summary>
    public IEnumerable<(string Sha256, string File)> Files() => _spool.Files();

    private async ValueTask<ArtifactOutcome> ReplaceAsync(ArtifactUse use, CancellationToken cancellationToken)
    {
        try
        {
            var content = await _source.OpenAsync(use.Uri, cancellationToken).ConfigureAwait(false);
            if (content is null)
            {
                Verbatim++;
                return ArtifactOutcome.Verbatim;
            }

            await using (content.ConfigureAwait(false))
            {
                var (sha256, length, isNew) = await _spool.TakeAsync(content, cancellationToken).ConfigureAwait(false);
                if (isNew)
                {
                    Count++;
                    Bytes += length;
                }

                return new ArtifactOutcome(ArtifactUri.Of(sha256), []);
            }
        }
        catch (CheckpointInvalidException invalid)
        {
            // Gone on with, so that every row that names an artifact that is missing is named.
            return new ArtifactOutcome(null, invalid.Violations);
        }
    }
}
