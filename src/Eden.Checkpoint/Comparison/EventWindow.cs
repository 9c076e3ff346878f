namespace Eden.Checkpoint.Comparison;

/// <summary>The next few events of one side, as many as are asked for within bounds of number and bytes. Not thread-safe.</summary>
internal sealed class EventWindow(RowSpoolReader reader)
{
    /// <summary>The most events held.</summary>
    public const int MostEvents = 32;

    private const int MostBytes = 4 << 20;

    private readonly List<Held> _held = [];
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

            _held.Add(new Held(reader.Key.ToArray(), reader.Row.ToArray()));
            _bytes += reader.Row.Length;
        }
    }

    /// <summary>Drops the first events.</summary>
    public void Drop(int count)
    {
        for (var index = 0; index < count; index++)
        {
            _bytes -= _held[index].Row.Length;
        }

        _held.RemoveRange(0, count);
    }

    /// <param name="Key">The event's id as its JSON string stands.</param>
    /// <param name="Row">The event.</param>
    internal readonly record struct Held(byte[] Key, byte[] Row);
}
