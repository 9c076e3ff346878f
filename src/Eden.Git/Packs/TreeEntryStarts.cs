using System.Numerics;

namespace Eden.Git.Packs;

/// <summary>Where the entries of a tree begin, a bit for every byte of the tree; where the last entry ends counts as a beginning. A view of words that
/// somebody else owns.</summary>
/// <param name="words">At least <see cref="WordCount"/> words, cleared before the first beginning is added; none when nothing is known.</param>
internal readonly ref struct TreeEntryStarts(Span<ulong> words)
{
    private readonly Span<ulong> _words = words;

    /// <summary>Gets a value indicating whether it is known where entries begin, or is to be noted.</summary>
    public bool IsKnown => !_words.IsEmpty;

    /// <summary>Returns how many words a tree of a length needs: one more than its bits, because a shifted copy may write the word behind the last bit.</summary>
    public static int WordCount(int treeLength) => (treeLength >> 6) + 2;

    public void Clear() => _words.Clear();

    public bool Contains(int position) => (_words[position >> 6] >> position & 1) != 0;

    public void Add(int position) => _words[position >> 6] |= 1UL << position;

    /// <summary>Returns the last beginning that is not behind <paramref name="to"/>; <paramref name="from"/> when there is none behind it.</summary>
    public int LastIn(int from, int to)
    {
        var first = from >> 6;
        var index = to >> 6;
        var word = _words[index] & (ulong.MaxValue >> (63 - (to & 63)));
        while (word == 0 && index > first)
        {
            word = _words[--index];
        }

        return word == 0 ? from : Math.Max(from, (index << 6) + 63 - BitOperations.LeadingZeroCount(word));
    }

    /// <summary>Adds what begins in a stretch of another tree, at another place.</summary>
    /// <param name="source">The other tree's.</param>
    /// <param name="from">The first byte of the stretch.</param>
    /// <param name="length">The length of the stretch.</param>
    /// <param name="at">Where the stretch begins here. Nothing was added behind that byte.</param>
    public void AddRange(TreeEntryStarts source, int from, int length, int at)
    {
        var read = source._words;
        while (length > 0)
        {
            var step = Math.Min(64, length);
            var bits = read[from >> 6] >> from;
            if ((from & 63) + step > 64)
            {
                bits |= read[(from >> 6) + 1] << (64 - (from & 63));
            }

            if (step < 64)
            {
                bits &= (1UL << step) - 1;
            }

            _words[at >> 6] |= bits << at;
            if ((at & 63) + step > 64)
            {
                _words[(at >> 6) + 1] |= bits >> (64 - (at & 63));
            }

            from += step;
            at += step;
            length -= step;
        }
    }
}
