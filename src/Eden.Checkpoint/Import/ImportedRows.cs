using System.Runtime.CompilerServices;
using System.Text;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Verification;

namespace Eden.Checkpoint.Import;

/// <summary>Reads the spooled rows of a checked archive, rewritten for the receiver.</summary>
/// <param name="checkpoint">The archive.</param>
/// <param name="longestLine">The longest line there can be, in bytes.</param>
/// <param name="progress">Is told of the rows.</param>
internal sealed class ImportedRows(SpooledCheckpoint checkpoint, int longestLine, IProgress<CheckpointProgress>? progress)
{
    private const int ProgressInterval = 4096;

    private readonly long _total = Enum.GetValues<RegistryKind>().Sum(kind => checkpoint.Report.RowCounts[kind]);

    /// <summary>Streams a registry. The bytes of a row are valid until the next one is asked for.</summary>
    /// <param name="kind">The registry.</param>
    /// <param name="rewriter">Makes the receiver's rows of them.</param>
    /// <param name="before">How many rows of other registries were written before, for the progress.</param>
    /// <param name="cancellationToken">Observed before every row.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        RegistryKind kind, RowRewriter rewriter, long before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = checkpoint.OpenRows(kind);
        await using var closing = file.ConfigureAwait(false);

        // The lines were checked when the archive was taken in; the same bytes cannot fail now.
        using var lines = new JsonLinesReader(file, RegistryFiles.FileName(kind), longestLine, new ViolationList(1));
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return rewriter.Rewrite(kind, lines.Row);
            if (lines.Line % ProgressInterval == 0)
            {
                Report(kind, before + lines.Line);
            }
        }
    }

    /// <summary>Tells how many rows have been written, of all registries together.</summary>
    public void Report(RegistryKind kind, long written)
        => progress?.Report(new CheckpointProgress(CheckpointPhase.Import, written, _total, RegistryFiles.FileName(kind)));

    /// <summary>Lists the ids of all workers, in the order of the archive.</summary>
    public async Task<IReadOnlyList<string>> ReadWorkerIdsAsync(CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        var file = checkpoint.OpenRows(RegistryKind.Workers);
        await using var closing = file.ConfigureAwait(false);
        using var lines = new JsonLinesReader(file, RegistryFiles.FileName(RegistryKind.Workers), longestLine, new ViolationList(1));
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            ids.Add(Encoding.UTF8.GetString(RowKey.Read(RowKey.Field(RegistryKind.Workers), lines.Row.Span, nameof(checkpoint))));
        }

        return ids;
    }
}
