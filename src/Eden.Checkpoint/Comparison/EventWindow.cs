namespace Eden.Checkpoint.Comparison;

/// <summary>The next few events of one side, as many as are asked for within bounds of number and bytes. Not thread-safe.</summary>
internal sealed class EventWindow(RowSpoolReader reader)
{
    /// <summary>The most events held.</summary>
    public const int MostEvents = 32;

    private const int MostBytes = 4 << 20;
    private const int KeptBytes = 1 << 16;

    private readonly List<Held> _held = [];
    private readonly Stack<Held> _free = [];
    private long _bytes;
    private bool _ended;

    /// <summary>Gets the number of events held.</summary>
    public int Count => _held.Count;

    public Held this[int index] => _held[index];

    /// <summary>Holds that many events when there are as many; beyond the first one, bytes are bounded too.</summary>
    public async ValueTask FillAsync(int wanted, CancellationToken cancellationToken)
    {
        while (!_ended && _held.Count < wanted && (_held.Count == 0 || _bytes < MostBytes))
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                _ended = true;
                return;
            }

            var held = _free.TryPop(out var free) ? free : new Held();
            held.Fill(reader.Row, reader.Key);
            _held.Add(held);
            _bytes += held.Row.Length;
        }
    }

    /// <summary>Drops the first events. Their memory serves the next ones.</summary>
    public void Drop(int count)
    {
        for (var index = 0; index < count; index++)
        {
            _bytes -= _held[index].Row.Length;
            if (_held[index].Capacity <= KeptBytes)
            {
                _free.Push(_held[index]);
            }
        }

        _held.RemoveRange(0, count);
    }

    /// <summary>An event that is held.</summary>
    internal sealed class Held
    {
        private byte[] _bytes = [];

        /// <summary>Gets the event.</summary>
        public ReadOnlyMemory<byte> Row { get; private set; }

        /// <summary>Gets the event's id as its JSON string stands.</summary>
        public ReadOnlyMemory<byte> Key { get; private set; }

        public int Capacity => _bytes.Length;

        public void Fill(ReadOnlyMemory<byte> row, ReadOnlyMemory<byte> key)
        {
            var length = row.Length + key.Length;
            if (_bytes.Length < length)
            {
                _bytes = new byte[length + (length >> 1)];
            }

            row.CopyTo(_bytes);
            key.CopyTo(_bytes.AsMemory(row.Length));
            Row = _bytes.AsMemory(0, row.Length);
            Key = _bytes.AsMemory(row.Length, key.Length);
        }
    }
}
