namespace Eden.Checkpoint.Stores.InMemory;

/// <summary>Orders keys by their UTF-8 bytes, as spec §1 wants the rows.</summary>
internal sealed class KeyOrder : IComparer<byte[]>
{
    public static KeyOrder Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y.AsSpan());
}
