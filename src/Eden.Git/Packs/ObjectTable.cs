using System.Numerics;
using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>Every object id that was met, as an object of the pack or as the target of a link, and what links expect it to be. Thread-safe.</summary>
/// <remarks>
/// Ids are interned as nodes, so a link costs an int. In a whole pack the targets of links are objects of the pack; when there are many more
/// distinct targets than objects, some are missing for certain: further unknown ones are then dropped, and memory stays bounded by the pack.
/// </remarks>
internal sealed class ObjectTable
{
    public const int Missing = -1;

    private const int ShardBits = 6;
    private readonly Shard[] _shards = new Shard[1 << ShardBits];
    private readonly int _mostPending;
    private int _pending;

    public ObjectTable(int expected, int mostPending)
    {
        _mostPending = mostPending;
        for (var index = 0; index < _shards.Length; index++)
        {
            _shards[index] = new Shard(Math.Min(expected, 1 << 20) >> ShardBits);
        }
    }

    /// <summary>Gets a value indicating whether link targets were dropped because there were too many unknown ones.</summary>
    public bool IsOverfull { get; private set; }

    /// <summary>Notes an object of the pack and returns its node.</summary>
    /// <param name="id">The object's id.</param>
    /// <param name="entry">Its ordinal in the pack.</param>
    /// <param name="isDuplicate">Whether another entry holds it too; the first in the pack counts.</param>
    public int Add(ObjectHash id, int entry, out bool isDuplicate)
    {
        var hash = id.GetHashCode();
        var shard = _shards[hash & ((1 << ShardBits) - 1)];
        lock (shard)
        {
            var index = shard.FindOrAdd(id, hash, out var added);
            isDuplicate = shard.Entries[index] >= 0;
            if (!isDuplicate)
            {
                shard.Entries[index] = entry;
                if (!added)
                {
                    Interlocked.Decrement(ref _pending);
                }
            }
            else
            {
                // Whichever was met first.
                shard.Entries[index] = Math.Min(shard.Entries[index], entry);
            }

            return (index << ShardBits) | (hash & ((1 << ShardBits) - 1));
        }
    }

    /// <summary>Notes the target of a link and returns its node, or <see cref="Missing"/> when it was dropped.</summary>
    public int Expect(ObjectHash id, ObjectKind kind)
    {
        var hash = id.GetHashCode();
        var shard = _shards[hash & ((1 << ShardBits) - 1)];
        lock (shard)
        {
            if (Volatile.Read(ref _pending) >= _mostPending && shard.Find(id, hash) < 0)
            {
                IsOverfull = true;
                return Missing;
            }

            var index = shard.FindOrAdd(id, hash, out var added);
            if (added)
            {
                Interlocked.Increment(ref _pending);
            }

            shard.Expected[index] |= (byte)(1 << (int)kind);
            return (index << ShardBits) | (hash & ((1 << ShardBits) - 1));
        }
    }

    /// <summary>Finds the entry of an object; <see cref="Missing"/> when the pack does not hold it. Not while objects are being added.</summary>
    public int FindEntry(ObjectHash id)
    {
        var hash = id.GetHashCode();
        var shard = _shards[hash & ((1 << ShardBits) - 1)];
        var index = shard.Find(id, hash);
        return index < 0 ? Missing : shard.Entries[index];
    }

    /// <summary>Gets the entry of a node; <see cref="Missing"/> when it is only the target of links.</summary>
    public int Entry(int node) => node < 0 ? Missing : Of(node).Entries[node >> ShardBits];

    public ObjectHash Id(int node) => Of(node).Ids[node >> ShardBits];

    /// <summary>Says whether every link target is in the pack and of the kind that each link to it expects.</summary>
    public bool AllAsExpected(ReadOnlySpan<ObjectKind> kinds)
    {
        if (IsOverfull)
        {
            return false;
        }

        foreach (var shard in _shards)
        {
            for (var index = 0; index < shard.Count; index++)
            {
                if (shard.Expected[index] != 0
                    && (shard.Entries[index] < 0 || shard.Expected[index] != 1 << (int)kinds[shard.Entries[index]]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private Shard Of(int node) => _shards[node & ((1 << ShardBits) - 1)];

    private sealed class Shard(int capacity)
    {
        private int[] _slots = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, capacity * 2))];

        public ObjectHash[] Ids = new ObjectHash[Math.Max(4, capacity)];
        public int[] Entries = new int[Math.Max(4, capacity)];
        public byte[] Expected = new byte[Math.Max(4, capacity)];

        public int Count { get; private set; }

        public int Find(ObjectHash id, int hash)
        {
            var mask = _slots.Length - 1;
            for (var place = (hash >>> ShardBits) & mask; ; place = (place + 1) & mask)
            {
                var slot = _slots[place];
                if (slot == 0 || Ids[slot - 1] == id)
                {
                    return slot - 1;
                }
            }
        }

        public int FindOrAdd(ObjectHash id, int hash, out bool added)
        {
            var found = Find(id, hash);
            added = found < 0;
            return added ? Append(id, hash) : found;
        }

        private int Append(ObjectHash id, int hash)
        {
            if (Count == Ids.Length)
            {
                var capacity = Count + Math.Max(4, Count >> 1);
                Array.Resize(ref Ids, capacity);
                Array.Resize(ref Entries, capacity);
                Array.Resize(ref Expected, capacity);
            }

            var index = Count++;
            Ids[index] = id;
            Entries[index] = -1;
            if (Count * 3L > _slots.Length * 2L)
            {
                _slots = new int[_slots.Length * 2];
                for (var old = 0; old < Count; old++)
                {
                    Place(old, Ids[old].GetHashCode());
                }
            }
            else
            {
                Place(index, hash);
            }

            return index;
        }

        private void Place(int index, int hash)
        {
            var mask = _slots.Length - 1;
            var place = (hash >>> ShardBits) & mask;
            while (_slots[place] != 0)
            {
                place = (place + 1) & mask;
            }

            _slots[place] = index + 1;
        }
    }
}
