using System.Runtime.InteropServices;
using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>The entries that a scanner found in one stretch of a pack, from a place where one seems to begin.</summary>
internal sealed class ScannedChunk
{
    private readonly List<ScannedEntry> _entries = [];

    public long Start { get; private set; }

    /// <summary>Gets where the stretch ends: entries that begin before it belong to it.</summary>
    public long Limit { get; private set; }

    /// <summary>Gets where the last entry ends.</summary>
    public long End { get; set; }

    public List<ObjectHash> NamedBases { get; } = [];

    public ReadOnlySpan<ScannedEntry> Entries => CollectionsMarshal.AsSpan(_entries);

    public void Begin(long start, long limit)
    {
        _entries.Clear();
        NamedBases.Clear();
        Start = start;
        Limit = limit;
        End = start;
    }

    public void Add(in ScannedEntry entry, long end)
    {
        _entries.Add(entry);
        End = end;
    }

    /// <summary>Finds the entry that begins at an offset; -1 when none does.</summary>
    public int Find(long offset)
    {
        var entries = Entries;
        var low = 0;
        var high = entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (entries[middle].Offset == offset)
            {
                return middle;
            }

            if (entries[middle].Offset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }
}
