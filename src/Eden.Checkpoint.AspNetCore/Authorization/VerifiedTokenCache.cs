using System.Security.Cryptography;
using System.Text;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>Remembers which tokens were verified against which hashes, as keyed digests only; the least recently used goes first. Thread-safe.</summary>
/// <remarks>The store's hash is part of what is remembered: a credential that was reissued or withdrawn is not found again.</remarks>
internal sealed class VerifiedTokenCache(int capacity)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _recent = new();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Whether the worker's token was verified against any hash. That hash may no longer be the store's.</summary>
    public bool MayContain(string workerId, string token)
    {
        var pair = Digest($"{workerId}\n{token}");
        lock (_gate)
        {
            return _entries.ContainsKey(pair);
        }
    }

    public bool Contains(string workerId, string token, string phcHash)
    {
        var pair = Digest($"{workerId}\n{token}");
        var hash = Digest(phcHash);
        lock (_gate)
        {
            if (!_entries.TryGetValue(pair, out var node) || node.Value.Hash != hash)
            {
                return false;
            }

            _recent.Remove(node);
            _recent.AddFirst(node);
            return true;
        }
    }

    public void Add(string workerId, string token, string phcHash)
    {
        var entry = new Entry(Digest($"{workerId}\n{token}"), Digest(phcHash));
        lock (_gate)
        {
            if (capacity == 0)
            {
                return;
            }

            if (_entries.Remove(entry.Pair, out var earlier))
            {
                _recent.Remove(earlier);
            }
            else if (_entries.Count >= capacity)
            {
                _entries.Remove(_recent.Last!.Value.Pair);
                _recent.RemoveLast();
            }

            _entries.Add(entry.Pair, _recent.AddFirst(entry));
        }
    }

    // No part holds a line break: a header cannot, and an id has an alphabet of its own.
    private string Digest(string text) => Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));

    private readonly record struct Entry(string Pair, string Hash);
}
