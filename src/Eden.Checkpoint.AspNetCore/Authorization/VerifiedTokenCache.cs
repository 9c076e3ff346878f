using System.Security.Cryptography;
using System.Text;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>Remembers which tokens were verified against which hashes, as keyed digests only; the least recently used goes first. Thread-safe.</summary>
/// <remarks>The store's hash is part of what is remembered: a credential that was reissued or withdrawn is not found again.</remarks>
internal sealed class VerifiedTokenCache(int capacity)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<string>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _recent = new();

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

    public bool Contains(string workerId, string token, string phcHash)
    {
        var digest = Digest(workerId, token, phcHash);
        lock (_gate)
        {
            if (!_entries.TryGetValue(digest, out var node))
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
        var digest = Digest(workerId, token, phcHash);
        lock (_gate)
        {
            if (capacity == 0 || _entries.ContainsKey(digest))
            {
                return;
            }

            if (_entries.Count >= capacity)
            {
                _entries.Remove(_recent.Last!.Value);
                _recent.RemoveLast();
            }

            _entries.Add(digest, _recent.AddFirst(digest));
        }
    }

    // No part holds a line break: a header cannot, and an id and a hash have alphabets of their own.
    private string Digest(string workerId, string token, string phcHash)
        => Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{workerId}\n{token}\n{phcHash}")));
}
