namespace Eden.Checkpoint.Import;

/// <summary>Where a task's state and its claim stand in the row, noted in one forward pass, and how the claim is taken back.</summary>
internal struct TaskClaim
{
    private const int AtNextMember = -1;

    private static readonly byte[] s_pending = "\"pending\""u8.ToArray();

    private bool _isClaimed;
    private bool _isFirst;
    private (int Start, int End) _state;
    private (int Start, int End) _claim;

    /// <summary>Notes that a member of the task begins.</summary>
    /// <param name="row">The row.</param>
    /// <param name="start">Where its name starts.</param>
    /// <param name="before">Where what stands before it ends.</param>
    /// <param name="isClaim">Whether it is the claim.</param>
    public void TakeName(ReadOnlySpan<byte> row, int start, int before, bool isClaim)
    {
        if (_claim.End == AtNextMember)
        {
            _claim.End = start;
        }

        if (isClaim)
        {
            // A first member goes with the comma behind it, any other with the one before.
            _isFirst = row[..start].TrimEnd(" \t\r\n"u8) is [.., (byte)'{'];
            _claim.Start = _isFirst ? start : before;
        }
    }

    /// <summary>Notes that the claim's value ends.</summary>
    public void TakeClaimEnd(int end) => _claim.End = _isFirst ? AtNextMember : end;

    /// <summary>Notes the state.</summary>
    public void TakeState(int start, int end, bool isClaimed)
    {
        _state = (start, end);
        _isClaimed = isClaimed;
    }

    /// <summary>Makes a claimed task pending and removes its claim.</summary>
    /// <returns><see langword="false"/> when the task is not claimed.</returns>
    public readonly bool TryRevert(RowSplices splices)
    {
        if (!_isClaimed)
        {
            return false;
        }

        splices.Replace(_state.Start, _state.End, s_pending);
        if (_claim.End > 0)
        {
            splices.Replace(_claim.Start, _claim.End, []);
        }

        return true;
    }
}
