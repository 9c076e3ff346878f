using System.Text;
using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Verification;

namespace Eden.Checkpoint.Import;

/// <summary>Stores the artifacts that the rows name in the receiver's sink, each once, and gives the spooled rows the URIs that come back (§7).
/// Used once, before the transaction.</summary>
/// <remarks>Whatever the import comes to, what the sink holds by then is named by its content: a leftover that the next attempt finds or replaces.
/// No memory is needed for an artifact: what became of it is kept in the spool, in place of its bytes.</remarks>
internal sealed class ArtifactPlacement
{
    private readonly IArtifactSink _sink;
    private readonly SpooledCheckpoint _checkpoint;
    private readonly ArtifactSpool _spool;
    private readonly IProgress<CheckpointProgress>? _progress;
    private readonly ViolationList _violations;
    private readonly SpooledArtifactUris _uris;
    private long _count;
    private long _bytes;

    public ArtifactPlacement(IArtifactSink sink, SpooledCheckpoint checkpoint, CheckpointLimits limits, IProgress<CheckpointProgress>? progress)
    {
        _sink = sink;
        _checkpoint = checkpoint;
        _spool = checkpoint.Artifacts ?? throw new ArgumentException("The artifacts were not kept.", nameof(checkpoint));
        _progress = progress;
        _violations = new ViolationList(limits.MaxViolations);
        _uris = new SpooledArtifactUris(ReplaceAsync, limits.MaxLineBytes);
    }

    /// <summary>Stores the artifacts.</summary>
    /// <exception cref="CheckpointInvalidException">The sink refused artifacts; each of them is named.</exception>
    public async Task<PlacedArtifacts> PlaceAsync(CancellationToken cancellationToken)
    {
        foreach (var (kind, file) in _checkpoint.RowFiles)
        {
            await _uris.RewriteAsync(kind, file, longestLine: 0, cancellationToken).ConfigureAwait(false);
        }

        if (_violations.Total > 0)
        {
            throw new CheckpointInvalidException(_violations.Listed, _violations.Total);
        }

        return new PlacedArtifacts(_count, _bytes, _uris.LongestLine);
    }

    private async ValueTask<ArtifactOutcome> ReplaceAsync(ArtifactUse use, CancellationToken cancellationToken)
    {
        if (ArtifactUri.HashIn(use.Uri) is not { } sha256)
        {
            return new ArtifactOutcome.Kept();
        }

        var standing = await _spool.FindStandingAsync(sha256, cancellationToken).ConfigureAwait(false);
        if (standing is null && _spool.Has(sha256))
        {
            standing = await StoreAsync(sha256, cancellationToken).ConfigureAwait(false);
            await _spool.SettleAsync(sha256, standing, cancellationToken).ConfigureAwait(false);
        }

        // A submission of a task that is not completed may name what is not there; what was refused ends the import once every artifact was tried.
        return standing is ArtifactStanding.Stored stored ? new ArtifactOutcome.Replaced(stored.Uri) : new ArtifactOutcome.Kept();
    }

    private async Task<ArtifactStanding> StoreAsync(string sha256, CancellationToken cancellationToken)
    {
        var content = _spool.Open(sha256);
        await using var closing = content.ConfigureAwait(false);
        var length = content.Length;
        string uri;
        try
        {
            uri = await _sink.StoreAsync(sha256, content, cancellationToken).ConfigureAwait(false);
        }
        catch (CheckpointInvalidException refusal)
        {
            // Gone on with, so that every artifact that cannot be stored is named.
            var member = $"{_checkpoint.Report.Manifest!.Files.ArtifactsDirectory}/{sha256}";
            CheckpointViolation[] violations = [.. refusal.Violations.Select(violation => violation with { Member = member })];
            _violations.AddRange(
                violations.Length > 0 ? violations : [new CheckpointViolation(CheckpointRule.Artifact, member, null, null, null, "The artifact sink refused it and did not say why.")],
                refusal.TotalViolations);

            return new ArtifactStanding.Refused();
        }

        if (uri is null || !UriGrammar.IsUri(Encoding.UTF8.GetBytes(uri)) || uri.StartsWith("checkpoint:", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"The artifact sink returned no URI of its own for the artifact {sha256}.");
        }

        _count++;
        _bytes += length;
        _progress?.Report(new CheckpointProgress(CheckpointPhase.Artifacts, _bytes, null, sha256));
        return new ArtifactStanding.Stored(uri);
    }
}
