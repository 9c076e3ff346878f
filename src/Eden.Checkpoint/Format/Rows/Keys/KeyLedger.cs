using System.Globalization;
using Eden.Shared;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Every id and every reference between rows, joined at the end. Not thread-safe.</summary>
/// <remarks>
/// Memory does not grow with the rows: uses of keys gather in one buffer, which is sorted and written out as a run when it is full. At the end
/// the runs are merged, some dozens at a time, and each key's uses come by together, its definition first.
/// </remarks>
internal sealed class KeyLedger : IDisposable
{
    /// <summary>The default size of the buffer, in bytes.</summary>
    public const int DefaultBufferBytes = 16 << 20;

    /// <summary>The smallest buffer: it must hold a record or two.</summary>
    public const int LeastBufferBytes = 2 * KeyRecord.LongestLength;

    private const int MostRunsMerged = 32;
    private const int BytesPerEntry = 64;
    private const int CancellationStride = 4096;

    private readonly TemporaryDirectory _spill;
    private readonly string _name = $"keys-{Guid.NewGuid():N}";
    private readonly int _bufferBytes;
    private readonly Queue<string> _runs = new();
    private byte[] _buffer = [];
    private ulong[] _hashes = [];
    private int[] _offsets = [];
    private int _length;
    private int _count;
    private int _runsMade;

    public KeyLedger(TemporaryDirectory spill, int bufferBytes = DefaultBufferBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferBytes, LeastBufferBytes);
        _spill = spill;
        _bufferBytes = bufferBytes;
    }

    /// <summary>Gets the most bytes that the ledger has held at a time.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Notes that a record has a key as its id.</summary>
    public void Define(KeySpace space, ReadOnlySpan<byte> key, long line, byte attribute = 0)
        => Add(space, KeyUse.Definition, attribute, key, [], line, -1);

    /// <summary>Notes that a record names a key.</summary>
    /// <param name="space">The set that the key should be in.</param>
    /// <param name="use">The field that names it.</param>
    /// <param name="key">The key.</param>
    /// <param name="text">The id of the record, or what else is to be told of it.</param>
    /// <param name="line">The record's line.</param>
    /// <param name="index">The position in an array field, or -1.</param>
    /// <param name="attribute">What <see cref="KeyRecord.Attribute"/> gives back.</param>
    public void Refer(
        KeySpace space, KeyUse use, ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, long line, int index = -1, byte attribute = 0)
        => Add(space, use, attribute, key, text, line, index);

    /// <summary>Hands everything noted to a join, sorted. The ledger is empty afterwards.</summary>
    public void Complete(IKeyJoin join, CancellationToken cancellationToken)
    {
        if (_runs.Count == 0)
        {
            Sort();
            for (var index = 0; index < _count; index++)
            {
                Observe(index, cancellationToken);
                join.Take(RecordAt(_offsets[index]));
            }
        }
        else
        {
            Spill();
            Release();
            while (_runs.Count > MostRunsMerged)
            {
                MergeOnce(cancellationToken);
            }

            using var merge = OpenMerge(_runs.Count);
            for (var index = 0L; merge.MoveNext(); index++)
            {
                Observe(index, cancellationToken);
                join.Take(merge.Current);
            }
        }

        Release();
        DeleteRuns();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        DeleteRuns();
    }

    private static void Observe(long index, CancellationToken cancellationToken)
    {
        if (index % CancellationStride == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Add(KeySpace space, KeyUse use, byte attribute, ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, long line, int index)
    {
        if (_bufferBytes - _length < KeyRecord.LongestLength || _count == MostEntries)
        {
            Spill();
        }

        // Small experiments never pay for the whole buffer.
        if (_buffer.Length - _length < KeyRecord.LongestLength)
        {
            Array.Resize(ref _buffer, (int)Math.Min(_bufferBytes, Math.Max(LeastBufferBytes, _buffer.Length * 2L)));
            Account(0);
        }

        if (_count == _offsets.Length)
        {
            var size = (int)Math.Min(MostEntries, Math.Max(16, _count * 2L));
            Array.Resize(ref _offsets, size);
            Array.Resize(ref _hashes, size);
            Account(0);
        }

        var length = KeyRecord.Write(_buffer.AsSpan(_length), space, use, attribute, key, text, line, index);
        _offsets[_count] = _length;
        _hashes[_count++] = RecordAt(_length).Hash;
        _length += length;
    }

    private int MostEntries => Math.Max(2, _bufferBytes / BytesPerEntry);

    private KeyRecord RecordAt(int offset) => new(_buffer.AsSpan(offset));

    private void Sort()
    {
        var hashes = _hashes.AsSpan(0, _count);
        var offsets = _offsets.AsSpan(0, _count);
        hashes.Sort(offsets);
        Comparison<int> comparison = (left, right) => KeyRecord.Compare(RecordAt(left), RecordAt(right));
        for (var start = 0; start < _count;)
        {
            var end = start + 1;
            while (end < _count && hashes[end] == hashes[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                offsets[start..end].Sort(comparison);
            }

            start = end;
        }
    }

    private void Spill()
    {
        if (_count == 0)
        {
            return;
        }

        Sort();
        using var run = CreateRun();
        for (var index = 0; index < _count; index++)
        {
            var offset = _offsets[index];
            run.Write(_buffer.AsSpan(offset, RecordAt(offset).Length));
        }

        run.Flush();
        _count = 0;
        _length = 0;
    }

    private FileStream CreateRun()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{_name}-{_runsMade++}.run");
        var run = _spill.CreateFile(name);
        _runs.Enqueue(_spill.File(name));
        return run;
    }

    private void MergeOnce(CancellationToken cancellationToken)
    {
        // The oldest runs first: the merged one goes to the end of the queue, so that runs of like size meet.
        using (var merge = OpenMerge(Math.Min(MostRunsMerged, _runs.Count)))
        {
            using var run = CreateRun();
            for (var index = 0L; merge.MoveNext(); index++)
            {
                Observe(index, cancellationToken);
                run.Write(merge.Bytes);
            }

            run.Flush();
        }
    }

    private KeyMerge OpenMerge(int count)
    {
        var paths = new string[count];
        for (var index = 0; index < count; index++)
        {
            paths[index] = _runs.Dequeue();
        }

        Account((long)count * KeyRun.BufferBytes);
        return new KeyMerge(paths);
    }

    private void Account(long more)
        => PeakBytes = Math.Max(PeakBytes, _buffer.Length + (_hashes.Length * (long)sizeof(ulong)) + (_offsets.Length * (long)sizeof(int)) + more);

    private void Release()
    {
        _buffer = [];
        _hashes = [];
        _offsets = [];
        _length = 0;
        _count = 0;
    }

    private void DeleteRuns()
    {
        while (_runs.TryDequeue(out var path))
        {
            File.Delete(path);
        }
    }
}
