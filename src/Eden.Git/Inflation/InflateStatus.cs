namespace Eden.Git.Inflation;

/// <summary>How inflating one zlib stream ended.</summary>
internal enum InflateStatus
{
    /// <summary>The stream was well-formed and gave exactly the expected number of bytes.</summary>
    Done,

    /// <summary>The input ended inside the stream.</summary>
    Truncated,

    /// <summary>The bytes are no zlib stream: a bad header, block, code or distance.</summary>
    Malformed,

    /// <summary>The stream inflates to more bytes than expected.</summary>
    TooLong,

    /// <summary>The stream inflates to fewer bytes than expected.</summary>
    TooShort,

    /// <summary>The Adler-32 at the end does not match the inflated bytes.</summary>
    ChecksumMismatch,
}
