namespace Eden.Checkpoint.Comparison;

/// <summary>Walks two event logs in append order, which is part of their content. Used once.</summary>
/// <remarks>Events at the same place belong together. Where they differ, a short look ahead tells an altered event from one that was inserted
/// or lost, so that one loss is reported as one difference and not as a different log from there on.</remarks>
internal sealed class EventLogComparison(RecordComparer comparer, ComparisonFindings findings)
{
    // Looking ahead at every event of two unrelated logs would compare each with sixty others for nothing.
    private const int MostVainLooks = 16;

    private int _vainLooks;

    public async Task CompareAsync(SpooledRows left, SpooledRows right, int maxDepth, CancellationToken cancellationToken)
    {
        var leftReader = new RowSpoolReader(left, maxDepth);
        await using var leftGuard = leftReader.ConfigureAwait(false);
        var rightReader = new RowSpoolReader(right, maxDepth);
        await using var rightGuard = rightReader.ConfigureAwait(false);
        var lefts = new EventWindow(leftReader);
        var rights = new EventWindow(rightReader);
        while (true)
        {
            await lefts.FillAsync(1, cancellationToken).ConfigureAwait(false);
            await rights.FillAsync(1, cancellationToken).ConfigureAwait(false);
            if (lefts.Count == 0 || rights.Count == 0)
            {
                if (lefts.Count == 0 && rights.Count == 0)
                {
                    return;
                }

                Lose(lefts, lefts.Count, isLeft: true);
                Lose(rights, rights.Count, isLeft: false);
            }
            else if (comparer.Matches(RegistryKind.Events, lefts[0].Row, rights[0].Row))
            {
                Pair(lefts, rights);
                _vainLooks = 0;
            }
            else
            {
                await AlignAsync(lefts, rights, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task AlignAsync(EventWindow lefts, EventWindow rights, CancellationToken cancellationToken)
    {
        if (_vainLooks < MostVainLooks)
        {
            await lefts.FillAsync(EventWindow.MostEvents, cancellationToken).ConfigureAwait(false);
            await rights.FillAsync(EventWindow.MostEvents, cancellationToken).ConfigureAwait(false);
            var altered = lefts.Count > 1 && rights.Count > 1 && Matches(lefts, 1, rights, 1);
            if (!altered && TryFindLoss(lefts, rights, out var leftLost, out var rightLost))
            {
                Lose(lefts, leftLost, isLeft: true);
                Lose(rights, rightLost, isLeft: false);
                return;
            }

            _vainLooks += altered ? 0 : 1;
        }

        Pair(lefts, rights);
    }

    /// <summary>Finds the nearest place where one side's event at hand turns up on the other.</summary>
    private bool TryFindLoss(EventWindow lefts, EventWindow rights, out int leftLost, out int rightLost)
    {
        leftLost = 0;
        rightLost = 0;
        for (var ahead = 1; ahead < Math.Max(lefts.Count, rights.Count); ahead++)
        {
            if (ahead < lefts.Count && Matches(lefts, ahead, rights, 0))
            {
                leftLost = ahead;
                return true;
            }

            if (ahead < rights.Count && Matches(lefts, 0, rights, ahead))
            {
                rightLost = ahead;
                return true;
            }
        }

        return false;
    }

    private bool Matches(EventWindow lefts, int left, EventWindow rights, int right)
        => comparer.Matches(RegistryKind.Events, lefts[left].Row, rights[right].Row);

    private void Pair(EventWindow lefts, EventWindow rights)
    {
        comparer.Compare(RegistryKind.Events, lefts[0].Key, lefts[0].Row, rights[0].Row);
        lefts.Drop(1);
        rights.Drop(1);
    }

    private void Lose(EventWindow window, int count, bool isLeft)
    {
        for (var index = 0; index < count; index++)
        {
            MissingRow.Report(findings, RegistryKind.Events, window[index].Key.Span, window[index].Row.Span, isLeft);
        }

        window.Drop(count);
    }
}
