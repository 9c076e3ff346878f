namespace Eden.Checkpoint.Format.Rows;

/// <summary>What a row's check tells of its bytes.</summary>
/// <param name="IsRead">Whether the row is JSON and was read to its end.</param>
/// <param name="IsCompact">Whether no white space stands outside strings: the bytes may be written as they are.</param>
/// <param name="MayHoldCredential">Whether the check met a credential, or something that could hide one: names that stand twice, or no JSON object.</param>
internal readonly record struct CheckedRow(bool IsRead, bool IsCompact, bool MayHoldCredential)
{
    /// <summary>Gets what is said of a row that could not be read.</summary>
    public static CheckedRow Unread => new(IsRead: false, IsCompact: false, MayHoldCredential: true);
}
