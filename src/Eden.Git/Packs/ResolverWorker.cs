using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Eden.Git.Inflation;
using Eden.Git.Objects;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Packs;

/// <summary>One thread of a <see cref="PackResolver"/>: takes a whole object and everything that is a delta of it, depth first.</summary>
internal sealed class ResolverWorker : IDisposable
{
    /// <summary>Larger contents are never held in memory: they pass through a window, and lie in a file while deltas need them.</summary>
    private const int LargeObject = 8 << 20;

    private const int RootWindow = 1 << 18;
    private const int ExactRead = 1 << 16;

    private readonly PackResolver _resolver;
    private readonly PackEntries _entries;
    private readonly DeltaForest _forest;
    private readonly GitObjectFormat _format;
    private readonly int _number;
    private readonly CancellationToken _cancellationToken;
    private readonly Inflater _inflater = new();
    private readonly PackWindow _window;
    private readonly InflateInput _exact = new(new byte[ExactRead], 0, 0);
    private readonly WaitingBases _bases;
    private readonly List<int> _links = [];
    private long _exactStart;
    private long _exactEnd;
    private byte[] _delta = new byte[1 << 12];
    private IncrementalHash? _hash;

    public ResolverWorker(PackResolver resolver, int number, CancellationToken cancellationToken)
    {
        _resolver = resolver;
        _entries = resolver.Entries;
        _forest = resolver.Forest;
        _format = resolver.Format;
        _number = number;
        _cancellationToken = cancellationToken;
        _bases = new WaitingBases(resolver);
        _window = new PackWindow(resolver.Pack, (int)Math.Min(RootWindow, resolver.Pack.Length), cancellationToken);
    }

    /// <summary>Resolves a whole object and all deltas that rest on it.</summary>
    public void ResolveTree(int root)
    {
        var kind = _entries.Kinds[root];
        var keep = _forest.HasNamedBases || _forest.FirstChild(root) >= 0;
        _window.Seek(_entries.DataOffset(root));
        ResolvedObject? content;
        ObjectHash id;
        try
        {
            content = ReadWhole(root, kind, keep, out id);
        }
        catch (PackDamageException damage) when (damage.Offset is not null)
        {
            _resolver.NoteDamage(damage);
            return;
        }

        if (content is null)
        {
            return;
        }

        _bases.Push(root, id, content);
        while (_bases.Count > 0)
        {
            Step(kind);
        }
    }

    public void Dispose()
    {
        _bases.Dispose();
        _hash?.Dispose();
    }

    private void Step(ObjectKind kind)
    {
        var child = _bases.NextChild(out var source, out var isLast);
        if (child < 0)
        {
            _bases.Pop().Dispose();
            return;
        }

        _cancellationToken.ThrowIfCancellationRequested();
        _entries.Kinds[child] = kind;

        // The last child's base is released as soon as the child is made, so a long chain holds two objects and not all of them.
        var keep = _forest.HasNamedBases || _forest.FirstChild(child) >= 0;
        if (isLast)
        {
            _bases.Pop();
        }

        ResolvedObject? content;
        ObjectHash id;
        try
        {
            content = ReadDelta(child, kind, source, keep, out id);
        }
        catch (PackDamageException damage) when (damage.Offset is not null)
        {
            _resolver.NoteDamage(damage);
            return;
        }
        finally
        {
            if (isLast)
            {
                source.Dispose();
            }
        }

        if (content is not null)
        {
            _bases.Push(child, id, content);
        }
    }

    private ResolvedObject? ReadWhole(int entry, ObjectKind kind, bool keep, out ObjectHash id)
    {
        var size = _entries.Size(entry);
        _resolver.Spend(size);
        if (size > LargeObject && kind is not (ObjectKind.Commit or ObjectKind.Tag))
        {
            return ReadLarge(entry, kind, size, keep, out id);
        }

        var content = ResolvedObject.InMemory((int)size);
        try
        {
            Check(_inflater.Inflate(_window, content.Buffer.AsSpan(ResolvedObject.Prefix), (int)size), entry);
            return Publish(entry, kind, content, keep, default, default, out id);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private ResolvedObject? ReadLarge(int entry, ObjectKind kind, long size, bool keep, out ObjectHash id)
    {
        var file = keep ? _bases.CreateFile(entry, size, null) : null;
        try
        {
            var sink = NewSink(file);
            sink.Begin(kind, size);
            Check(_inflater.Inflate(_window, size, sink), entry);
            id = FinishLarge(entry, kind, sink);
            return file is null ? null : ResolvedObject.InFile(file, size);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private ResolvedObject? ReadDelta(int entry, ObjectKind kind, ResolvedObject source, bool keep, out ObjectHash id)
    {
        var deltaSize = _entries.Size(entry);
        var isHistory = kind is ObjectKind.Commit or ObjectKind.Tag;
        PackScanner.CheckSize(isHistory, deltaSize, _entries.Offset(entry), _resolver.Limits);
        if (deltaSize < DeltaPatch.MinLength)
        {
            throw Malformed(entry);
        }

        _resolver.Spend(deltaSize);
        var input = OpenInput(entry);
        if (source.IsSpilled || (deltaSize > LargeObject && !isHistory))
        {
            return ReadLargeDelta(entry, kind, source, keep, input, out id);
        }

        if (_delta.Length < deltaSize + 16)
        {
            _delta = new byte[Math.Max(deltaSize + 16, Math.Min(_delta.Length * 2L, LargeObject + 16))];
        }

        Check(_inflater.Inflate(input, _delta, (int)deltaSize), entry);
        var delta = _delta.AsSpan(0, (int)deltaSize);
        if (!DeltaPatch.TryReadSizes(delta, out var baseSize, out var size, out var headLength) || baseSize != source.Length)
        {
            throw Malformed(entry);
        }

        PackScanner.CheckSize(isHistory, size, _entries.Offset(entry), _resolver.Limits);
        if (size > LargeObject && !isHistory)
        {
            return ReadLargeDelta(entry, kind, source, keep, OpenInput(entry), out id);
        }

        _resolver.Spend(size);
        var content = ResolvedObject.InMemory((int)size);
        try
        {
            if (!DeltaPatch.TryApply(source.Bytes, delta[headLength..], content.Buffer.AsSpan(ResolvedObject.Prefix, (int)size)))
            {
                throw Malformed(entry);
            }

            return Publish(entry, kind, content, keep, source.EntryStarts, delta[headLength..], out id);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private ResolvedObject? ReadLargeDelta(int entry, ObjectKind kind, ResolvedObject source, bool keep, InflateInput input, out ObjectHash id)
    {
        SafeFileHandle? file = null;
        try
        {
            ObjectSink? sink = null;
            var patch = new DeltaStream(source, size =>
            {
                PackScanner.CheckSize(false, size, _entries.Offset(entry), _resolver.Limits);
                _resolver.Spend(size);
                file = keep ? _bases.CreateFile(entry, size, source) : null;
                sink = NewSink(file);
                sink.Begin(kind, size);
                return sink;
            });
            Check(_inflater.Inflate(input, _entries.Size(entry), patch), entry);
            if (!patch.IsComplete)
            {
                throw Malformed(entry);
            }

            id = FinishLarge(entry, kind, sink!);
            return file is null ? null : ResolvedObject.InFile(file, sink!.Length);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private ObjectSink NewSink(SafeFileHandle? file)
    {
        // An earlier object may have failed half-way through the hash.
        _hash?.Dispose();
        _hash = _format.CreateHash();
        return new ObjectSink(_format, _hash, file, Expect, _cancellationToken);
        void Expect(ObjectHash target, ObjectKind kind)
        {
            if (kind != ObjectKind.Commit)
            {
                _resolver.Table.Expect(target, kind);
            }
        }
    }

    private ObjectHash FinishLarge(int entry, ObjectKind kind, ObjectSink sink)
    {
        var id = sink.Finish();
        _resolver.Publish(entry, id);
        if (sink.IsMalformedTree)
        {
            _resolver.Links.AddFault(entry, kind, "the tree has an entry that cannot be read");
        }

        return id;
    }

    // Deltas are read one by one from anywhere, but the next one often lies close behind: then what follows is read along. A window only for the few that
    // are large.
    private InflateInput OpenInput(int entry)
    {
        var start = _entries.DataOffset(entry);
        var length = _entries.End(entry, _resolver.Pack.EntriesEnd) - start;
        if (length > ExactRead)
        {
            _window.Seek(start);
            return _window;
        }

        if (start < _exactStart || start + length > _exactEnd)
        {
            var isNear = start >= _exactStart && start - _exactEnd < ExactRead;
            var read = _resolver.Pack.Read(start, _exact.Buffer.AsSpan(0, isNear ? ExactRead : (int)length));
            _exactStart = start;
            _exactEnd = start + read;
        }

        _exact.Reset(_exact.Buffer, (int)(start - _exactStart), (int)Math.Min(length, _exactEnd - start));
        return _exact;
    }

    private ResolvedObject? Publish(
        int entry, ObjectKind kind, ResolvedObject content, bool keep, TreeEntryStarts baseStarts, ReadOnlySpan<byte> instructions, out ObjectHash id)
    {
        var length = (int)content.Length;
        var buffer = content.Buffer;
        var start = ObjectHeader.WriteBefore(buffer, ResolvedObject.Prefix, kind, length);
        id = _format.Hash(buffer.AsSpan(start, ResolvedObject.Prefix + length - start));
        _resolver.Publish(entry, id);

        // Of a repeated object too: which entry counts is only known at the end.
        if (kind == ObjectKind.Tree && _resolver.Scope == ResolverScope.Everything)
        {
            NoteTree(entry, content, keep, baseStarts, instructions);
        }
        else if (kind is ObjectKind.Commit or ObjectKind.Tag)
        {
            NoteLinks(entry, kind, content.Bytes);
        }

        if (keep)
        {
            return content;
        }

        content.Dispose();
        return null;
    }

    private void NoteTree(int entry, ResolvedObject tree, bool keep, TreeEntryStarts baseStarts, ReadOnlySpan<byte> instructions)
    {
        var starts = keep ? tree.NoteEntryStarts() : default;
        var targets = new ExpectedTargets(_resolver.Table);
        var fault = baseStarts.IsKnown
            ? TreeScan.Delta(tree.Bytes, _format, instructions, baseStarts, starts, ref targets)
            : TreeScan.Whole(tree.Bytes, _format, starts, ref targets);
        if (fault is not null)
        {
            _resolver.Links.AddFault(entry, ObjectKind.Tree, fault);
        }
    }

    private void NoteLinks(int entry, ObjectKind kind, ReadOnlySpan<byte> content)
    {
        var everything = _resolver.Scope == ResolverScope.Everything;
        var table = _resolver.Table;
        string? fault;
        switch (kind)
        {
            case ObjectKind.Commit when CommitLinks.TryParse(content, _format, out var commit, out fault):
                _links.Clear();
                _links.Add(everything ? table.Expect(commit.Tree, ObjectKind.Tree) : ObjectTable.Missing);
                for (var parent = 0; parent < commit.ParentCount; parent++)
                {
                    _links.Add(table.Expect(commit.Parent(parent), ObjectKind.Commit));
                }

                _resolver.Links.Add(_number, entry, CollectionsMarshal.AsSpan(_links));
                break;
            case ObjectKind.Tag when TagLinks.TryParse(content, _format, out var tag, out fault):
                _links.Clear();
                _links.Add(table.Expect(tag.Target, tag.TargetKind));
                _links.Add((int)tag.TargetKind);
                _resolver.Links.Add(_number, entry, CollectionsMarshal.AsSpan(_links));
                break;
            default:
                fault = kind == ObjectKind.Commit ? FaultOfCommit(content) : FaultOfTag(content);
                break;
        }

        if (fault is not null)
        {
            _resolver.Links.AddFault(entry, kind, fault);
        }
    }

    private string? FaultOfCommit(ReadOnlySpan<byte> content)
    {
        CommitLinks.TryParse(content, _format, out _, out var fault);
        return fault;
    }

    private string? FaultOfTag(ReadOnlySpan<byte> content)
    {
        TagLinks.TryParse(content, _format, out _, out var fault);
        return fault;
    }

    private void Check(InflateStatus status, int entry)
    {
        if (status != InflateStatus.Done)
        {
            throw PackDamageException.At(_entries.Offset(entry), PackDamageException.Describe(status));
        }
    }

    private PackDamageException Malformed(int entry)
        => PackDamageException.At(_entries.Offset(entry), "the delta is malformed or does not fit its base");

    private readonly struct ExpectedTargets(ObjectTable table) : ITreeEntryVisitor
    {
        public void Visit(in TreeLinks entry)
        {
            if (entry.TargetKind != ObjectKind.Commit)
            {
                table.Expect(entry.Target, entry.TargetKind);
            }
        }
    }
}
