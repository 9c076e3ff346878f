namespace Eden.Git.Inflation;

/// <summary>Takes inflated bytes piece by piece.</summary>
internal interface IInflateSink
{
    void Write(ReadOnlySpan<byte> bytes);
}
