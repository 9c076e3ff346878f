using System.Runtime.InteropServices;
using Eden.Git.Objects;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Packs;

/// <summary>The objects of one tree of deltas that wait for their deltas, the newest on top: in memory within a budget, else in temporary files. One worker's own.</summary>
/// <remarks>What is in files depends on the tree alone, not on other workers: the same pack passes the limit on it or does not.</remarks>
internal sealed class WaitingBases(PackResolver resolver) : IDisposable
{
    /// <summary>How many bytes are held before they are moved to a file.</summary>
    private const long HeldBudget = 24 << 20;

    // Open files are scarce; an honest pack needs a handful, because bases are released heaviest child last.
    private const int MostFiles = 128;

    private readonly PackEntries _entries = resolver.Entries;
    private readonly DeltaForest _forest = resolver.Forest;
    private readonly List<Frame> _frames = [];
    private SafeFileHandle? _shared;
    private long _sharedEnd;
    private long _held;
    private int _spilledFrames;

    public int Count => _frames.Count;

    /// <summary>Returns the next delta of the object on top, with that object in memory unless it is large; -1 when it has no more.</summary>
    /// <param name="source">The object on top.</param>
    /// <param name="isLast">Whether no other delta needs the object: the caller pops and disposes it.</param>
    public int NextChild(out ResolvedObject source, out bool isLast)
    {
        var top = _frames.Count - 1;
        ref var frame = ref CollectionsMarshal.AsSpan(_frames)[top];
        source = frame.Content;
        var child = NextChild(ref frame);
        isLast = frame.NamedChild < 0 && frame.OffsetChild < 0;
        if (child >= 0 && source.IsSpilled && !source.IsLarge)
        {
            source.Load();
            _held += source.Length;
            _spilledFrames = Math.Min(_spilledFrames, top);
        }

        return child;
    }

    /// <summary>Adds an object, or disposes it when it has no deltas.</summary>
    public void Push(int entry, ObjectHash id, ResolvedObject content)
    {
        var frame = new Frame { Content = content, OffsetChild = _forest.FirstChild(entry), NamedChild = _forest.FirstNamed(id) };
        if (frame.OffsetChild < 0 && frame.NamedChild < 0)
        {
            content.Dispose();
            return;
        }

        _sharedEnd = _frames.Count == 0 ? 0 : _sharedEnd;
        _frames.Add(frame);
        _held += content.IsSpilled ? 0 : content.Length;
        while (_held > HeldBudget && _spilledFrames < _frames.Count - 1)
        {
            if (!TrySpill(_frames[_spilledFrames].Content))
            {
                resolver.NoteDamage(TooMuch(entry));
                Pop().Dispose();
                return;
            }

            _spilledFrames++;
        }
    }

    /// <summary>Takes the object on top away; the caller disposes it.</summary>
    public ResolvedObject Pop()
    {
        var content = _frames[^1].Content;
        _frames.RemoveAt(_frames.Count - 1);
        _held -= content.IsSpilled ? 0 : content.Length;
        _spilledFrames = Math.Min(_spilledFrames, _frames.Count);
        if (content.SharedPosition >= 0)
        {
            // Frames are spilled from the bottom up, so what lies behind belongs to nobody any more.
            _sharedEnd = content.SharedPosition;
        }

        return content;
    }

    /// <summary>Makes the file for a large object that deltas will need.</summary>
    /// <param name="entry">The object.</param>
    /// <param name="size">Its length.</param>
    /// <param name="source">What it is made from; <see langword="null"/> when it is stored whole.</param>
    /// <exception cref="PackDamageException">Too much would lie in files.</exception>
    public SafeFileHandle CreateFile(int entry, long size, ResolvedObject? source)
    {
        var (bytes, files) = Spilled(source);
        return files < MostFiles && bytes + size <= resolver.MostSpilled ? resolver.Spill.Create() : throw TooMuch(entry);
    }

    public void Dispose()
    {
        foreach (var frame in _frames)
        {
            frame.Content.Dispose();
        }

        _shared?.Dispose();
    }

    private int NextChild(ref Frame frame)
    {
        while (frame.NamedChild >= 0)
        {
            var named = frame.NamedChild;
            frame.NamedChild = _forest.NextSibling(named);
            if (_forest.TryClaim(named))
            {
                return named;
            }

            if (!resolver.IsCompleted)
            {
                resolver.NoteDamage(PackDamageException.At(
                    _entries.Offset(named), $"the delta's base {_entries.NamedBase(named).ToHex(resolver.Format)} is in the pack more than once"));
            }
        }

        var child = frame.OffsetChild;
        if (child >= 0)
        {
            frame.OffsetChild = _forest.NextSibling(child);
        }

        return child;
    }

    private bool TrySpill(ResolvedObject content)
    {
        if (content.IsSpilled)
        {
            return true;
        }

        if (content.SharedPosition < 0 && Spilled(null).Bytes + content.Length > resolver.MostSpilled)
        {
            return false;
        }

        _shared ??= resolver.Spill.Create();
        content.Spill(_shared, _sharedEnd);
        _sharedEnd = Math.Max(_sharedEnd, content.SharedPosition + content.Length);
        _held -= content.Length;
        return true;
    }

    private (long Bytes, int Files) Spilled(ResolvedObject? source)
    {
        var bytes = _sharedEnd;
        var files = 0;
        foreach (var frame in _frames)
        {
            if (frame.Content.IsLarge && frame.Content != source)
            {
                bytes += frame.Content.Length;
                files++;
            }
        }

        return source is { IsLarge: true } ? (bytes + source.Length, files + 1) : (bytes, files);
    }

    private PackDamageException TooMuch(int entry) => PackDamageException.At(
        _entries.Offset(entry),
        $"more than {resolver.MostSpilled} bytes or {MostFiles} large objects would wait in temporary files for their deltas; the limit is {nameof(GitLimits.MaxBundleSpilledBytes)}",
        GitFaultKind.Limit);

    private struct Frame
    {
        public ResolvedObject Content;
        public int OffsetChild;
        public int NamedChild;
    }
}
