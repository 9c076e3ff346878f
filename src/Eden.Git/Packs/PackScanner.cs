using System.Runtime.ExceptionServices;
using Eden.Git.Objects;

namespace Eden.Git.Packs;

/// <summary>One pass over a pack: where each entry is, what it is, how it is stored. Checks framing and compression; resolves nothing.</summary>
/// <remarks>
/// Where an entry begins is only known once the one before it was read. To use every core all the same, each worker guesses where entries begin in a
/// stretch of its own and reads on from there. Stretches are joined in order: as soon as an entry is known to begin where a worker found one, all that
/// the worker found behind it holds, because it follows from that place alone. What no worker found, and everything damaged, is read again from
/// the known place, so a wrong guess costs time but never changes the outcome.
/// </remarks>
internal sealed class PackScanner
{
    private const long ChunkLength = 1 << 20;

    // A worker gives up on an entry that goes on this far behind its stretch: its guess may have been wrong.
    private const long Overhang = 1 << 20;
    private const int MostWorkers = 8;
    private const int LookAhead = 2 * MostWorkers;

    private readonly object _turn = new();
    private readonly PackFile _pack;
    private readonly GitObjectFormat _format;
    private readonly GitLimits _limits;
    private readonly InflationLimit _inflation;
    private readonly bool _measuresResults;
    private readonly Action<int, int>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly int _count;
    private readonly int _chunkCount;
    private readonly PackEntries _entries;
    private readonly EntryScanner _known;
    private readonly Stack<ScannedChunk> _spare = new();
    private readonly Dictionary<int, ScannedChunk> _ready = [];
    private readonly List<ObjectHash> _named = [];
    private long _position = PackHeader.Length;
    private long _inflated;
    private int _nextChunk;
    private int _joined;
    private ExceptionDispatchInfo? _failure;

    private PackScanner(
        PackFile pack, int count, int chunkCount, GitObjectFormat format, GitLimits limits, bool measuresResults, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        _pack = pack;
        _count = count;
        _format = format;
        _limits = limits;
        _inflation = InflationLimit.Of(limits, pack.Length);
        _measuresResults = measuresResults;
        _progress = progress;
        _cancellationToken = cancellationToken;
        _chunkCount = chunkCount;
        _entries = new PackEntries(count);
        _known = new EntryScanner(pack, format, limits, _inflation, measuresResults, cancellationToken);
    }

    /// <param name="pack">The pack.</param>
    /// <param name="format">Its object format.</param>
    /// <param name="limits">The limits on what it holds.</param>
    /// <param name="measuresResults">Whether the limits are applied to the results of deltas too: for packs that are not resolved afterwards, where it is found anyway.</param>
    /// <param name="progress">Told of entries, done and declared.</param>
    /// <param name="cancellationToken">Observed at each read of the file.</param>
    /// <exception cref="PackDamageException">The pack is damaged or passes a limit.</exception>
    public static PackEntries Scan(
        PackFile pack, GitObjectFormat format, GitLimits limits, bool measuresResults, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        if (pack.Length < PackHeader.Length + format.HashLength())
        {
            throw new PackDamageException("the pack is cut off: it is shorter than a header and a checksum");
        }

        var chunkCount = checked((int)((pack.EntriesEnd - PackHeader.Length + ChunkLength - 1) / ChunkLength));
        return new PackScanner(pack, ReadCount(pack), chunkCount, format, limits, measuresResults, progress, cancellationToken).Run();
    }

    /// <summary>Scans a pack that is still arriving: one entry after the other, as far as there are bytes.</summary>
    /// <param name="pack">The pack. Its reads wait for bytes, and its length is known at its end.</param>
    /// <param name="format">How it names objects.</param>
    /// <param name="limits">The ceilings to apply. What everything may inflate to in proportion to the pack's length is only known at its end.</param>
    /// <param name="progress">Told of the entries that are there.</param>
    /// <param name="cancellationToken">Looked at before each read.</param>
    /// <exception cref="PackDamageException">The pack is damaged or passes a limit.</exception>
    public static PackEntries ScanArriving(PackFile pack, GitObjectFormat format, GitLimits limits, Action<int, int>? progress, CancellationToken cancellationToken)
        => new PackScanner(pack, ReadCount(pack), 0, format, limits, false, progress, cancellationToken).RunToItsEnd();

    private static int ReadCount(PackFile pack)
    {
        Span<byte> head = stackalloc byte[PackHeader.Length];
        head = head[..pack.Read(0, head)];
        if (!PackHeader.TryRead(head, out var header, out var fault))
        {
            throw new PackDamageException(fault!);
        }

        if (header.EntryCount > int.MaxValue / 2)
        {
            throw new PackDamageException($"the pack declares {header.EntryCount} objects, more than can be handled", null, GitFaultKind.Limit);
        }

        return (int)header.EntryCount;
    }

    /// <summary>Applies the limits to a declared size, before anything is allocated for it.</summary>
    public static void CheckSize(bool isCommitOrTag, long size, long offset, GitLimits limits)
    {
        if (size > limits.MaxObjectBytes)
        {
            throw PackDamageException.At(offset, $"an object declares {size} bytes; the limit is {limits.MaxObjectBytes}", GitFaultKind.Limit);
        }

        if (isCommitOrTag && size > limits.MaxCommitBytes)
        {
            throw PackDamageException.At(offset, $"a commit or tag declares {size} bytes; the limit is {limits.MaxCommitBytes}", GitFaultKind.Limit);
        }
    }

    public static PackDamageException NoBase(long offset, long distance)
        => PackDamageException.At(offset, $"no object begins {distance} bytes before the delta");

    private PackEntries Run()
    {
        var workers = Math.Min(Math.Clamp(Environment.ProcessorCount, 1, MostWorkers), _chunkCount);
        if (workers > 1)
        {
            // Threads of their own: a busy pool would start the second one when the first is done.
            var others = new Task[workers - 1];
            for (var index = 0; index < others.Length; index++)
            {
                others[index] = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            Work();
            Task.WaitAll(others, CancellationToken.None);
            _cancellationToken.ThrowIfCancellationRequested();
            _failure?.Throw();
        }

        ReadKnown(_pack.EntriesEnd);
        if (_entries.Count < _count)
        {
            ReadOne();
        }

        if (_position != _pack.EntriesEnd)
        {
            throw PackDamageException.At(
                _position, $"after its {_count} objects the pack goes on for {_pack.EntriesEnd - _position} bytes before the checksum");
        }

        _progress?.Invoke(_count, _count);
        return _entries;
    }

    private PackEntries RunToItsEnd()
    {
        ReadKnown(long.MaxValue);
        Span<byte> next = stackalloc byte[1];
        if (_pack.Read(_position, next) > 0)
        {
            throw PackDamageException.At(_position, $"after its {_count} objects the pack goes on before the checksum");
        }

        // Whoever sends a pack bit by bit has told its length by now.
        var inflation = InflationLimit.Of(_limits, _pack.Length);
        if (_inflated > inflation.Bytes)
        {
            throw inflation.Passed(null);
        }

        _progress?.Invoke(_count, _count);
        return _entries;
    }

    private void Work()
    {
        try
        {
            var scanner = new EntryScanner(_pack, _format, _limits, _inflation, _measuresResults, _cancellationToken);
            while (TryClaim(out var number, out var chunk))
            {
                Guess(scanner, chunk);
                lock (_turn)
                {
                    _ready.Add(number, chunk);
                    while (_failure is null && _ready.Remove(_joined, out var next))
                    {
                        Join(next);
                        _spare.Push(next);
                        _joined++;
                    }

                    Monitor.PulseAll(_turn);
                }
            }
        }
#pragma warning disable CA1031 // Rethrown by Run, whatever it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            lock (_turn)
            {
                _failure ??= ExceptionDispatchInfo.Capture(error);
                Monitor.PulseAll(_turn);
            }
        }
    }

    // No worker runs far ahead of the joining: what waits for it is in memory.
    private bool TryClaim(out int number, out ScannedChunk chunk)
    {
        lock (_turn)
        {
            while (_failure is null && _nextChunk < _chunkCount && _nextChunk >= _joined + LookAhead)
            {
                Monitor.Wait(_turn);
            }

            number = _nextChunk;
            chunk = null!;
            if (_failure is not null || number >= _chunkCount || _entries.Count == _count)
            {
                return false;
            }

            _nextChunk++;
            chunk = _spare.TryPop(out var spare) ? spare : new ScannedChunk();
            var start = PackHeader.Length + (number * ChunkLength);
            chunk.Begin(start, Math.Min(start + ChunkLength, _pack.EntriesEnd));
            return true;
        }
    }

    private void Guess(EntryScanner scanner, ScannedChunk chunk)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        scanner.ReadUpTo(Math.Min(chunk.Limit + Overhang, _pack.EntriesEnd));
        if (chunk.Start == PackHeader.Length)
        {
            scanner.Seek(chunk.Start);
        }
        else if (!scanner.TrySynchronize(chunk.Start))
        {
            return;
        }

        try
        {
            while (scanner.Offset < chunk.Limit)
            {
                var entry = scanner.Read(0, _count, _inflation.Bytes, chunk.NamedBases);
                chunk.Add(entry, scanner.Offset);
            }
        }
        catch (PackDamageException)
        {
            // Damage, or a wrong guess: whoever joins the chunk reads on from a known place and finds out.
        }
    }

    private void Join(ScannedChunk chunk)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        while (_entries.Count < _count && _position < chunk.Limit)
        {
            var index = chunk.Find(_position);
            if (index < 0)
            {
                ReadOne();
                continue;
            }

            var found = chunk.Entries;
            for (; index < found.Length && _entries.Count < _count; index++)
            {
                Append(found[index], chunk.NamedBases);
                _position = index + 1 < found.Length ? found[index + 1].Offset : chunk.End;
            }
        }

        _progress?.Invoke(_entries.Count, _count);
    }

    private void ReadKnown(long end)
    {
        while (_entries.Count < _count && _position < end)
        {
            if ((_entries.Count & 0x3FF) == 0)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                _progress?.Invoke(_entries.Count, _count);
            }

            ReadOne();
        }
    }

    private void ReadOne()
    {
        _named.Clear();
        _known.Seek(_position);
        Append(_known.Read(_entries.Count, _count, _inflation.Bytes - _inflated, _named), _named);
        _position = _known.Offset;
    }

    private void Append(in ScannedEntry entry, List<ObjectHash> namedBases)
    {
        var offsetBase = -1;
        var namedBase = default(ObjectHash);
        if (entry.Kind == PackEntryKind.OffsetDelta)
        {
            offsetBase = _entries.Find(entry.Offset - entry.Base);
            if (offsetBase < 0)
            {
                throw NoBase(entry.Offset, entry.Base);
            }
        }
        else if (entry.Kind == PackEntryKind.ReferenceDelta)
        {
            namedBase = namedBases[(int)entry.Base];
        }

        _inflated += entry.Inflated;
        if (_inflated > _inflation.Bytes)
        {
            throw _inflation.Passed(entry.Offset);
        }

        _entries.Add(entry.Offset, entry.Size, entry.HeaderLength, entry.Kind, offsetBase, namedBase);
    }
}
