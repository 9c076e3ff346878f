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
    private long _count;
    private long _bytes;
    private long _verbatim;

    /// <param name="source">Where the bytes are.</param>
    /// <param name="directory">The directory in which the rows are.</param>
    /// <param name="spool">Takes the bytes.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="report">Takes what is wrong with rows, as each of them is met.</param>
    public ArtifactGathering(
        IArtifactSource source, TemporaryDirectory directory, ArtifactSpool spool, CheckpointLimits limits, Action<ArtifactUse, CheckpointViolation> report)
    {
        _source = source;
        _directory = directory;
        _spool = spool;
        _uris = new SpooledArtifactUris(ReplaceAsync, limits.MaxLineBytes, report);
    }

    /// <summary>Gathers what the rows of the spooled registries name, and replaces their files with ones that name the archive's own copies.</summary>
    /// <param name="longestLine">The longest line that the files have.</param>
    /// <param name="cancellationToken">Observed for every row.</param>
    public async Task<GatheredArtifacts> GatherAsync(int longestLine, CancellationToken cancellationToken)
    {
        for (var kind = RegistryKind.Tasks; kind <= RegistryKind.Groups; kind++)
        {
            await _uris.RewriteAsync(kind, _directory.File(RegistryFiles.FileName(kind)), longestLine, cancellationToken).ConfigureAwait(false);
        }

        return new GatheredArtifacts(_spool, _count, _bytes, _verbatim);
    }

    private async ValueTask<ArtifactOutcome> ReplaceAsync(ArtifactUse use, CancellationToken cancellationToken)
    {
        try
        {
            var content = await _source.OpenAsync(use.Uri, cancellationToken).ConfigureAwait(false);
            if (content is null)
            {
                _verbatim++;
                return new ArtifactOutcome.Kept();
            }

            await using (content.ConfigureAwait(false))
            {
                var artifact = await _spool.TakeAsync(content, cancellationToken).ConfigureAwait(false);
                if (artifact.IsNew)
                {
                    _count++;
                    _bytes += artifact.Length;
                }

                return new ArtifactOutcome.Replaced(ArtifactUri.Of(artifact.Sha256));
            }
        }
        catch (CheckpointInvalidException invalid)
        {
            // Gone on with, so that every row that names an artifact that is missing is named.
            return new ArtifactOutcome.Faulty(
                invalid.Violations.Count > 0 ? invalid.Violations : ArtifactFault.Refused(use.Uri, "its source did not say why").Violations);
        }
    }
}
