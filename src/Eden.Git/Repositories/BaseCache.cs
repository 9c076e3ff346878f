using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>Recently resolved objects in one buffer, the newest in place of the oldest: the bases of the deltas that come next. Not thread-safe.</summary>
/// <remarks>Nothing is allocated for an object, and pages of the buffer that were never used cost nothing.</remarks>
/// <param name="budget">The buffer's length in bytes.</param>
internal sealed class BaseCache(int budget)
{
    private const int SlotBits = 13;
    private const int Alignment = sizeof(ulong);

    private readonly Slot[] _slots = new Slot[1 << SlotBits];
    private readonly Queue<(int Start, int Slot)> _oldest = new();
    private byte[] _buffer = [];
    private int _next;

    /// <summary>Gets the most bytes that an object may take here with whatever is kept behind it.</summary>
    public int LargestRoom => budget / 4;

    /// <summary>Finds an object; its bytes are good until the next <see cref="Add"/>.</summary>
    public bool TryGet(ObjectLocation location, out CachedObject cached)
    {
        ref var slot = ref _slots[SlotOf(location)];
        cached = slot.Object;
        return cached.Buffer is not null && slot.Location == location;
    }

    /// <summary>Makes room for an object, in place of the oldest ones.</summary>
    /// <param name="location">The object.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="length">Its length.</param>
    /// <param name="room">How many bytes it takes with whatever is kept behind it, at most <see cref="LargestRoom"/>.</param>
    /// <param name="source">What the object is about to be made from; its bytes stay.</param>
    public CachedObject Add(ObjectLocation location, ObjectKind kind, int length, int room, in CachedObject source)
    {
        if (_buffer.Length == 0)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(budget);
        }

        room = (room + Alignment - 1) & -Alignment;
        var start = Take(room);
        while (source.Buffer == _buffer && start < source.Start + source.Room && source.Start < start + room)
        {
            // The base is about to be the oldest: leave it where it is and go on behind it.
            Free(start, source.Start + source.Room);
            _next = source.Start + source.Room;
            start = Take(room);
        }

        _next = start + room;
        var number = SlotOf(location);
        _oldest.Enqueue((start, number));
        var added = new CachedObject(_buffer, start, length, room, kind);
        _slots[number] = new Slot { Location = location, Object = added };
        return added;
    }

    /// <summary>Forgets an object whose bytes were not written after all.</summary>
    public void Forget(ObjectLocation location)
    {
        ref var slot = ref _slots[SlotOf(location)];
        if (slot.Location == location)
        {
            slot = default;
        }
    }

    private static int SlotOf(ObjectLocation location)
        => (int)(unchecked((uint)(location.Rank + (location.Source * 7919)) * 0x9E3779B1u) >> (32 - SlotBits));

    /// <summary>Frees a stretch at the next place that is long enough. What is freed is the oldest, since the buffer is filled round and round.</summary>
    private int Take(int room)
    {
        if (_next + room > _buffer.Length)
        {
            Free(_next, int.MaxValue);
            _next = 0;
        }

        Free(_next, _next + room);
        return _next;
    }

    private void Free(int from, int to)
    {
        while (_oldest.TryPeek(out var oldest) && oldest.Start >= from && oldest.Start < to)
        {
            _oldest.Dequeue();
            if (_slots[oldest.Slot].Object.Start == oldest.Start)
            {
                _slots[oldest.Slot] = default;
            }
        }
    }

    private struct Slot
    {
        public ObjectLocation Location;
        public CachedObject Object;
    }
}
