using System.Buffers;
using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>Recently resolved objects, within a budget of bytes: the bases of the deltas that come next. Owns its buffers; not thread-safe.</summary>
internal sealed class BaseCache(long budget) : IDisposable
{
    private const int SlotBits = 13;

    private readonly Slot[] _slots = new Slot[1 << SlotBits];
    private long _bytes;
    private int _hand;

    /// <summary>Finds an object; its buffer is good until the next <see cref="Add"/>.</summary>
    public bool TryGet(ObjectLocation location, out ReadOnlySpan<byte> content, out ObjectKind kind)
    {
        ref var slot = ref _slots[SlotOf(location)];
        if (slot.Buffer is not null && slot.Location == location)
        {
            content = slot.Buffer.AsSpan(0, slot.Length);
            kind = slot.Kind;
            return true;
        }

        content = default;
        kind = ObjectKind.None;
        return false;
    }

    /// <summary>Takes over a buffer from the shared pool. Others may go back there, this one only at a later call.</summary>
    public void Add(ObjectLocation location, byte[] buffer, int length, ObjectKind kind)
    {
        var index = SlotOf(location);
        Drop(ref _slots[index]);
        _slots[index] = new Slot { Location = location, Buffer = buffer, Length = length, Kind = kind };
        _bytes += buffer.Length;
        while (_bytes > budget && _bytes > buffer.Length)
        {
            _hand = (_hand + 1) & (_slots.Length - 1);
            if (_hand != index)
            {
                Drop(ref _slots[_hand]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var index = 0; index < _slots.Length; index++)
        {
            Drop(ref _slots[index]);
        }
    }

    private static int SlotOf(ObjectLocation location)
        => (int)(unchecked((uint)(location.Rank + (location.Source * 7919)) * 0x9E3779B1u) >> (32 - SlotBits));

    private void Drop(ref Slot slot)
    {
        if (slot.Buffer is { } buffer)
        {
            _bytes -= buffer.Length;
            slot = default;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private struct Slot
    {
        public ObjectLocation Location;
        public byte[]? Buffer;
        public int Length;
        public ObjectKind Kind;
    }
}
