using Eden.Checkpoint.Git.Objects;

namespace Eden.Checkpoint.Git.Pack;

/// <summary>One forward pass over a pack: where each entry is, what it is, how it is stored. Checks framing and compression; resolves nothing.</summary>
internal static class PackScanner
{
    // Kind and size, then a distance or an id.
    private const int LongestEntryHeader = VariableInteger.MaxLength + 32;
    private const int WindowStep = 1 << 20;
    private const int ProgressStep = 1 << 13;

    /// <exception cref="PackDamageException">The pack is damaged or passes a limit.</exception>
    public static PackEntries Scan(
        PackFile pack, GitObjectFormat format, CheckpointLimits limits, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        Span<byte> head = stackalloc byte[PackHeader.Length];
        if (pack.Length < PackHeader.Length + format.HashLength())
        {
            throw new PackDamageException("the pack is cut off: it is shorter than a header and a checksum");
        }

        head = head[..pack.Read(0, head)];
        if (!PackHeader.TryRead(head, out var header, out var fault))
        {
            throw new PackDamageException(fault!);
        }

        if (header.EntryCount > int.MaxValue / 2)
        {
            throw new PackDamageException($"the pack declares {header.EntryCount} objects, more than can be handled", null, CheckpointRule.Limit);
        }

        var count = (int)header.EntryCount;
        var entries = new PackEntries(count);
        var window = new PackWindow(pack, (int)Math.Min(WindowStep, pack.Length), cancellationToken);
        window.Seek(PackHeader.Length);
        var inflater = new Inflater();
        var inflated = 0L;
        for (var entry = 0; entry < count; entry++)
        {
            if (entry % ProgressStep == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Invoke(entry, count);
            }

            var size = ReadEntry(window, entries, format, limits, entry, count);
            inflated += size;
            if (inflated > limits.MaxBundleInflatedBytes)
            {
                throw PackDamageException.At(
                    entries.Offset(entry), $"the objects inflate to more than {limits.MaxBundleInflatedBytes} bytes together", CheckpointRule.Limit);
            }

            var status = inflater.Count(window, size);
            if (status != InflateStatus.Done)
            {
                throw PackDamageException.At(entries.Offset(entry), PackDamageException.Describe(status));
            }
        }

        if (window.Offset != pack.EntriesEnd)
        {
            throw PackDamageException.At(
                window.Offset, $"after its {count} objects the pack goes on for {pack.EntriesEnd - window.Offset} bytes before the checksum");
        }

        progress?.Invoke(count, count);
        return entries;
    }

    private static long ReadEntry(PackWindow window, PackEntries entries, GitObjectFormat format, CheckpointLimits limits, int entry, int count)
    {
        var offset = window.Offset;
        var bytes = window.Peek(LongestEntryHeader);
        if (bytes.IsEmpty)
        {
            throw PackDamageException.At(offset, $"the pack ends after {entry} of {count} objects");
        }

        if (!VariableInteger.TryReadEntryHeader(bytes, out var kind, out var size, out var length))
        {
            throw PackDamageException.At(offset, "the entry's header is malformed");
        }

        var offsetBase = -1;
        var namedBase = default(ObjectHash);
        switch (kind)
        {
            case PackEntryKind.Commit or PackEntryKind.Tree or PackEntryKind.Blob or PackEntryKind.Tag:
                break;
            case PackEntryKind.OffsetDelta:
                if (!VariableInteger.TryReadDistance(bytes[length..], out var distance, out var distanceLength))
                {
                    throw PackDamageException.At(offset, "the distance to the delta's base is malformed");
                }

                length += distanceLength;
                offsetBase = distance > 0 && distance <= offset - PackHeader.Length ? entries.Find(offset - distance) : -1;
                if (offsetBase < 0)
                {
                    throw PackDamageException.At(offset, $"no object begins {distance} bytes before the delta");
                }

                break;
            case PackEntryKind.ReferenceDelta:
                if (bytes.Length - length < format.HashLength())
                {
                    throw PackDamageException.At(offset, "the pack ends inside the id of a delta's base");
                }

                namedBase = ObjectHash.FromBytes(bytes.Slice(length, format.HashLength()));
                length += format.HashLength();
                break;
            default:
                throw PackDamageException.At(offset, $"entry type {(int)kind} is not known");
        }

        CheckSize(kind is PackEntryKind.Commit or PackEntryKind.Tag, size, offset, limits);
        entries.Add(offset, size, length, kind, offsetBase, namedBase);
        window.Position += length;
        return size;
    }

    /// <summary>Applies the limits to a declared size, before anything is allocated for it.</summary>
    public static void CheckSize(bool isCommitOrTag, long size, long offset, CheckpointLimits limits)
    {
        if (size > limits.MaxObjectBytes)
        {
            throw PackDamageException.At(offset, $"an object declares {size} bytes; the limit is {limits.MaxObjectBytes}", CheckpointRule.Limit);
        }

        if (isCommitOrTag && size > limits.MaxCommitBytes)
        {
            throw PackDamageException.At(offset, $"a commit or tag declares {size} bytes; the limit is {limits.MaxCommitBytes}", CheckpointRule.Limit);
        }
    }
}
