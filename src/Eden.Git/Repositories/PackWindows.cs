namespace Eden.Git.Repositories;

/// <summary>Recently read pieces of packs, so that neighbouring entries cost one read. One reader's own; not thread-safe.</summary>
internal sealed class PackWindows
{
    private const int WindowBits = 14;
    private const int WindowLength = 1 << WindowBits;
    private const int WindowCount = 128;

    private readonly Window[] _windows = new Window[WindowCount];
    private byte[] _large = [];

    /// <summary>Returns bytes of a pack; good until the next call.</summary>
    public ArraySegment<byte> Fetch(RepositoryPack pack, long offset, int length)
    {
        if (length > WindowLength)
        {
            if (_large.Length < length)
            {
                _large = [];
                _large = GC.AllocateUninitializedArray<byte>(length);
            }

            pack.Read(offset, _large.AsSpan(0, length));
            return new ArraySegment<byte>(_large, 0, length);
        }

        var number = offset >> WindowBits;
        ref var window = ref _windows[number & (WindowCount - 1)];
        var start = (int)(offset & (WindowLength - 1));
        if (window.Pack != pack || window.Number != number)
        {
            window.Buffer ??= GC.AllocateUninitializedArray<byte>(2 * WindowLength);
            window.Pack = null;
            window.Filled = (int)Math.Min(WindowLength, pack.Length - (number << WindowBits));
            pack.Read(number << WindowBits, window.Buffer.AsSpan(0, window.Filled));
            window.Number = number;
            window.Pack = pack;
        }

        if (start + length > window.Filled)
        {
            // The entry runs into the next window: fetch just the rest of it.
            var rest = start + length - window.Filled;
            pack.Read((number << WindowBits) + window.Filled, window.Buffer.AsSpan(window.Filled, rest));
            window.Filled += rest;
        }

        return new ArraySegment<byte>(window.Buffer, start, length);
    }

    /// <summary>Returns an entry as a whole.</summary>
    public ArraySegment<byte> FetchEntry(RepositoryPack pack, int rank)
    {
        var length = pack.Index.EntryLength(rank);
        return length <= Array.MaxLength
            ? Fetch(pack, pack.Index.Offset(rank), (int)length)
            : throw pack.Corrupt(rank, $"its {length} bytes are more than can be held in memory");
    }

    /// <summary>Returns the start of an entry, long enough for its header.</summary>
    public ArraySegment<byte> FetchHeader(RepositoryPack pack, int rank)
        => Fetch(pack, pack.Index.Offset(rank), (int)Math.Min(64, pack.Index.EntryLength(rank)));

    private struct Window
    {
        public RepositoryPack? Pack;
        public long Number;
        public byte[] Buffer;
        public int Filled;
    }
}
