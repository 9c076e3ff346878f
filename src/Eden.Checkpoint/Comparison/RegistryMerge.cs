using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Comparison;

/// <summary>Walks two registries that are sorted by key side by side.</summary>
/// <param name="comparer">Compares two rows.</param>
/// <param name="findings">Where missing rows go.</param>
/// <param name="maxJsonDepth">How deep the rows may be.</param>
internal sealed class RegistryMerge(RecordComparer comparer, ComparisonFindings findings, int maxJsonDepth)
{
    /// <summary>Compares rows with the same key and reports those that one side lacks.</summary>
    /// <param name="left">The left registry, sorted.</param>
    /// <param name="right">The right registry, sorted.</param>
    /// <param name="matched">Called with the key of each row that both sides have, as its JSON string stands; <see langword="null"/> when nobody counts.</param>
    /// <param name="cancellationToken">Observed once per buffer.</param>
    public async Task CompareAsync(SpooledRows left, SpooledRows right, Action<ReadOnlyMemory<byte>>? matched, CancellationToken cancellationToken)
    {
        var lefts = new RowSpoolReader(left, maxJsonDepth);
        await using var leftsGuard = lefts.ConfigureAwait(false);
        var rights = new RowSpoolReader(right, maxJsonDepth);
        await using var rightsGuard = rights.ConfigureAwait(false);

        var hasLeft = await lefts.ReadAsync(cancellationToken).ConfigureAwait(false);
        var hasRight = await rights.ReadAsync(cancellationToken).ConfigureAwait(false);
        while (hasLeft || hasRight)
        {
            var order = !hasLeft ? 1 : !hasRight ? -1 : JsonStringText.Compare(lefts.Key.Span, rights.Key.Span);
            if (order == 0)
            {
                comparer.Compare(left.Kind, lefts.Key, lefts.Row, rights.Row);
                matched?.Invoke(lefts.Key);
            }
            else
            {
                var present = order < 0 ? lefts : rights;
                MissingRow.Report(findings, left.Kind, present.Key.Span, present.Row.Span, isLeft: order < 0);
            }

            hasLeft = order <= 0 ? await lefts.ReadAsync(cancellationToken).ConfigureAwait(false) : hasLeft;
            hasRight = order >= 0 ? await rights.ReadAsync(cancellationToken).ConfigureAwait(false) : hasRight;
        }
    }
}
