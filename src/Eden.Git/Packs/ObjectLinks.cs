using System.Collections.Concurrent;
using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>The outgoing links of commits and tags as nodes of an <see cref="ObjectTable"/>, and what is wrong with objects that cannot be read.</summary>
/// <remarks>Each worker appends to a part of its own; they are joined when all have ended.</remarks>
internal sealed class ObjectLinks
{
    private const int PartBits = 2;
    private readonly int[] _starts;
    private readonly Part[] _parts = new Part[1 << PartBits];
    private readonly ConcurrentDictionary<int, string> _faults = new();
    private readonly long _most;
    private long _total;

    /// <param name="entryCount">The number of entries of the pack.</param>
    public ObjectLinks(int entryCount)
    {
        _starts = new int[entryCount];
        _most = Math.Min(1 << 28, (1L << 20) + (64L * entryCount));
        for (var index = 0; index < _parts.Length; index++)
        {
            _parts[index] = new Part();
        }
    }

    /// <summary>Gets a value indicating whether a tree could not be read.</summary>
    public bool HasMalformedTrees { get; private set; }

    public static int MostWorkers => 1 << PartBits;

    /// <summary>Says what is wrong with a commit, tree or tag; <see langword="null"/> when it is well-formed.</summary>
    public string? Fault(int entry) => _faults.TryGetValue(entry, out var fault) ? fault : null;

    public void AddFault(int entry, ObjectKind kind, string fault)
    {
        _faults[entry] = fault;
        if (kind == ObjectKind.Tree)
        {
            HasMalformedTrees = true;
        }
    }

    /// <summary>Gets, for a commit, its tree and then its parents; for a tag, its target and the kind that it declares.</summary>
    public ReadOnlySpan<int> Of(int entry)
    {
        var start = _starts[entry];
        if (start == 0)
        {
            return default;
        }

        var part = _parts[start & ((1 << PartBits) - 1)];
        var place = (start >>> PartBits) - 1;
        return part.Links.AsSpan(place + 1, part.Links[place]);
    }

    public void Add(int worker, int entry, ReadOnlySpan<int> links)
    {
        // Commits of a few bytes as deltas may name millions of parents.
        if (Interlocked.Add(ref _total, links.Length) > _most)
        {
            throw new PackDamageException($"the commits name more than {_most} parents together", null, GitFaultKind.Limit);
        }

        var part = _parts[worker];
        var place = part.Append(links);
        _starts[entry] = ((place + 1) << PartBits) | worker;
    }

    private sealed class Part
    {
        private int _count;

        public int[] Links { get; private set; } = new int[256];

        public int Append(ReadOnlySpan<int> links)
        {
            if (Links.Length - _count <= links.Length)
            {
                var grown = Links;
                Array.Resize(ref grown, Math.Max(_count + links.Length + 1, _count + (_count >> 1)));
                Links = grown;
            }

            var place = _count;
            Links[_count++] = links.Length;
            links.CopyTo(Links.AsSpan(_count));
            _count += links.Length;
            return place;
        }
    }
}
