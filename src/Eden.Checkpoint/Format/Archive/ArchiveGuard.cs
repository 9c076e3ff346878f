namespace Eden.Checkpoint.Format.Archive;

/// <summary>Stands between the archive and TarReader and looks at every header before TarReader does. Not thread-safe; does not own the source.</summary>
/// <remarks>It follows the tar by itself: it knows where headers, contents and padding are. So extended headers are bounded before
/// anybody buffers them and reach TarReader in their plainest form, a cut is told from an end, and TarReader's view of a member can be
/// compared with another. Damage is a <see cref="CheckpointInvalidException"/>; what the source throws passes through.</remarks>
internal sealed class ArchiveGuard(Stream source, CheckpointLimits limits, ArchiveProgress? progress = null) : Stream
{
    /// <summary>The longest extended header, in bytes: room for a name and for the attributes that real tars add.</summary>
    internal const int MaxExtendedHeader = 128 << 10;

    private readonly ArchiveSource _source = new(source, limits, progress);
    private readonly byte[] _block = new byte[TarBlock.Length];
    private ReadOnlyMemory<byte> _pending;
    private TarMemberHeader _current;
    private TarExtensions _extensions;
    private long _members;
    private long _contentLeft;
    private int _paddingLeft;
    private bool _atEnd;

    /// <summary>Gets the header of the member whose content comes next.</summary>
    public TarMemberHeader Current => _current;

    /// <summary>Gets how many bytes were taken from the source.</summary>
    public long BytesRead => _source.BytesRead;

    /// <summary>Gets what the source threw, if it did: such a failure is not the archive's.</summary>
    public Exception? SourceFailure => _source.Failure;

    /// <summary>Gets what is odd about the end of the archive, if anything.</summary>
    public string? EndWarning { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_pending.IsEmpty && _contentLeft == 0 && _paddingLeft == 0)
        {
            await NextMemberAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!_pending.IsEmpty)
        {
            var ready = Math.Min(buffer.Length, _pending.Length);
            _pending[..ready].CopyTo(buffer);
            _pending = _pending[ready..];
            return ready;
        }

        var inContent = _contentLeft > 0;
        var wanted = (int)Math.Min(buffer.Length, inContent ? _contentLeft : _paddingLeft);
        var count = await _source.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            throw ArchiveFault.Structure(inContent
                ? $"the archive is cut inside the content of '{ArchivePath.Display(_current.Name)}': {_contentLeft} of its {_current.Size} bytes are missing"
                : $"the archive is cut inside the padding after '{ArchivePath.Display(_current.Name)}'");
        }

        if (inContent)
        {
            _contentLeft -= count;
        }
        else
        {
            _paddingLeft -= count;
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Reads to the end of the input after the end of the archive; nothing but zeros may come, and not without end.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        var rest = new byte[1 << 16];
        var zeros = 0L;
        while (!_source.IsEnded)
        {
            var count = await _source.ReadAsync(rest, cancellationToken).ConfigureAwait(false);
            if (rest.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                throw ArchiveFault.Structure("bytes other than zeros follow the end of the archive");
            }

            zeros += count;
            if (zeros > limits.MaxTrailingZeros)
            {
                throw ArchiveFault.Limit($"more than {limits.MaxTrailingZeros} bytes of zeros follow the end of the archive");
            }
        }

        if (EndWarning is null && zeros < TarBlock.Length)
        {
            EndWarning = "The second block of the end-of-archive mark is missing.";
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The archive is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Takes headers up to and including the next member's own one, and makes them ready for TarReader.</summary>
    private async Task NextMemberAsync(CancellationToken cancellationToken)
    {
        if (_atEnd)
        {
            return;
        }

        _extensions = default;
        while (true)
        {
            var offset = BytesRead;
            if (!await ReadBlockAsync(cancellationToken).ConfigureAwait(false))
            {
                if (_extensions.IsOpen)
                {
                    throw ArchiveFault.Structure($"the archive ends after {_extensions.LastName} that belongs to no member");
                }

                _atEnd = true;
                _pending = new byte[TarBlock.Length];
                return;
            }

            CheckSum(offset);
            var extension = TarExtensions.Of(_block[TarBlock.TypeFlag]);

            // An extended header belongs to the member behind it, and the kinds of them bound their number; a global one stands for itself.
            if (extension is TarExtension.None or TarExtension.GlobalPax && ++_members > limits.MaxMembers)
            {
                throw ArchiveFault.Limit($"the archive has more than {limits.MaxMembers} members");
            }

            var size = ReadSize(offset);
            if (extension == TarExtension.None)
            {
                TakeMember(offset, size);
                return;
            }

            await TakeExtensionAsync(extension, offset, size, cancellationToken).ConfigureAwait(false);
        }
    }

    private long ReadSize(long offset)
    {
        if (!TarField.TryReadNumber(_block.AsSpan(TarBlock.Size), out var size))
        {
            throw ArchiveFault.Structure($"the header at byte {offset} has an unreadable size");
        }

        return size <= _source.BytesLeft ? size
            : throw ArchiveFault.Limit($"the header at byte {offset} announces {size} bytes; the archive may have {limits.MaxArchiveBytes}");
    }

    private void TakeMember(long offset, long size)
    {
        var name = _extensions.Pax.Path ?? _extensions.LongName ?? TarField.Name(_block)
            ?? throw ArchiveFault.Structure($"the name in the header at byte {offset} is not UTF-8");
        if (System.Text.Encoding.UTF8.GetByteCount(name) > limits.MaxPathBytes)
        {
            throw ArchiveFault.Limit($"the member '{ArchivePath.Display(name)}' has a path of more than {limits.MaxPathBytes} bytes");
        }

        _current = new TarMemberHeader(offset, name, (char)_block[TarBlock.TypeFlag], _extensions.Pax.Size ?? size);
        if (_current.Size > _source.BytesLeft)
        {
            throw ArchiveFault.Limit($"the member '{ArchivePath.Display(name)}' has {_current.Size} bytes; the archive may have {limits.MaxArchiveBytes}");
        }

        var known = _current.IsFile || _current.IsDirectory || _current.Type is >= '1' and <= '6';
        if (!known || (!_current.IsFile && _current.Size != 0))
        {
            // What follows such a header cannot be told for sure, so the archive is not read on.
            throw ArchiveFault.Structure($"the member '{ArchivePath.Display(name)}' is {_current.Kind}{(known ? " with content" : string.Empty)}; only files and directories are allowed");
        }

        _contentLeft = _current.Size;
        _paddingLeft = TarBlock.Padding(_current.Size);
        _pending = ArchiveHeaders.Compose(_block, _extensions.Pax, _extensions.LongName);
    }

    private async Task TakeExtensionAsync(TarExtension extension, long offset, long size, CancellationToken cancellationToken)
    {
        var what = TarExtensions.NameOf(extension);
        if (!_extensions.MayFollow(extension))
        {
            throw ArchiveFault.Structure($"at byte {offset}, {what} follows {_extensions.LastName}");
        }

        if (size > MaxExtendedHeader)
        {
            throw ArchiveFault.Limit($"at byte {offset}, {what} has {size} bytes; the limit is {MaxExtendedHeader}");
        }

        var data = new byte[(int)size + TarBlock.Padding(size)];
        if (await _source.FillAsync(data, cancellationToken).ConfigureAwait(false) < data.Length)
        {
            throw ArchiveFault.Structure($"the archive is cut inside {what} at byte {offset}");
        }

        if (_extensions.Take(extension, data.AsSpan(0, (int)size), offset) is { } fault)
        {
            throw ArchiveFault.Structure(fault);
        }
    }

    /// <summary>Reads a header block. Returns false at the end of the archive.</summary>
    private async Task<bool> ReadBlockAsync(CancellationToken cancellationToken)
    {
        var offset = BytesRead;
        var count = await _source.FillAsync(_block, cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            if (offset == 0)
            {
                throw ArchiveFault.Structure("the archive is empty: it has no bytes");
            }

            EndWarning = "The end-of-archive mark is missing.";
            return false;
        }

        if (count < _block.Length)
        {
            throw offset > 0
                ? ArchiveFault.Structure($"the archive is cut inside the header at byte {offset}")
                : ArchiveFault.Structure(ArchiveFormat.Recognise(_block.AsSpan(0, count)) ?? $"this is no tar archive: it has only {count} bytes");
        }

        return _block.AsSpan().ContainsAnyExcept((byte)0);
    }

    private void CheckSum(long offset)
    {
        if (!TarField.TryReadNumber(_block.AsSpan(TarBlock.Checksum), out var sum) || !TarBlock.IsSum(_block, sum))
        {
            throw offset > 0
                ? ArchiveFault.Structure($"the block at byte {offset} is no tar header: its checksum is wrong")
                : ArchiveFault.Structure(ArchiveFormat.Recognise(_block) ?? "this is no tar archive: the checksum of its first header is wrong");
        }
    }
}
