using System.Formats.Tar;
using System.IO.Hashing;
using System.Text;
using Eden.Checkpoint.Format.Archive;
using Eden.Checkpoint.Model;

namespace Eden.Checkpoint;

/// <summary>Reads the members of a checkpoint archive, forward only and under limits (spec §3). Not thread-safe.</summary>
/// <remarks>The archive is untrusted: any bytes give members or a <see cref="CheckpointInvalidException"/>. One root directory of any name;
/// links, devices, unsafe paths, duplicates and members outside the root are refused. ustar, pax, GNU and older headers are read, in any
/// order of members. Nothing is extracted to disk and nothing grows with the archive but a few bytes per member. Only asynchronous reads are made.</remarks>
public sealed class CheckpointArchiveReader : IAsyncDisposable
{
    private readonly Stream _archive;
    private readonly ArchiveGuard _guard;
    private readonly TarReader _tar;
    private readonly bool _leaveOpen;
    private readonly ViolationList? _faults;
    private readonly HashSet<UInt128> _seen = [];
    private readonly List<CheckpointWarning> _warnings = [];
    private CheckpointArchiveMember? _current;
    private string? _root;
    private bool _ended;
    private bool _failed;
    private bool _disposed;

    /// <summary>Creates a reader. Nothing is read yet.</summary>
    /// <param name="archive">Readable, need not seek; read from its current position to its end.</param>
    /// <param name="limits">The limits on members, paths and bytes; <see langword="null"/> selects the defaults.</param>
    /// <param name="leaveOpen">Whether disposing leaves <paramref name="archive"/> open.</param>
    /// <exception cref="ArgumentException">The archive cannot be read.</exception>
    public CheckpointArchiveReader(Stream archive, CheckpointLimits? limits = null, bool leaveOpen = false)
        : this(archive, limits ?? CheckpointLimits.Default, leaveOpen, faults: null)
    {
    }

    /// <summary>Creates a reader that notes what is wrong with single members and goes on; what leaves the rest unreadable is thrown all the same.</summary>
    internal CheckpointArchiveReader(Stream archive, CheckpointLimits limits, bool leaveOpen, ViolationList? faults, ArchiveProgress? progress = null)
    {
        ArgumentNullException.ThrowIfNull(archive);
        if (!archive.CanRead)
        {
            throw new ArgumentException("The archive cannot be read.", nameof(archive));
        }

        _archive = archive;
        _leaveOpen = leaveOpen;
        _faults = faults;
        _guard = new ArchiveGuard(archive, limits, progress);
        _tar = new TarReader(_guard, leaveOpen: true);
    }

    /// <summary>Gets what is odd about the archive but does no harm. Complete once <see cref="ReadNextAsync"/> has returned <see langword="null"/>.</summary>
    public IReadOnlyList<CheckpointWarning> Warnings => _warnings;

    /// <summary>Gets the name of the root directory; <see langword="null"/> before the first member.</summary>
    public string? Root => _root;

    /// <summary>Gets the number of bytes read from the archive so far.</summary>
    public long BytesRead => _guard.BytesRead;

    /// <summary>Moves to the next member under the root, skipping what was not read of the one before. The root itself is not a member.</summary>
    /// <param name="cancellationToken">Observed at every read; the reader cannot be used after a cancellation.</param>
    /// <returns>The member, or <see langword="null"/> after the last one, when the archive was read to its end.</returns>
    /// <exception cref="CheckpointInvalidException">The archive is damaged, unsafe or beyond a limit.</exception>
    /// <exception cref="InvalidOperationException">An earlier call failed.</exception>
    public async Task<CheckpointArchiveMember?> ReadNextAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failed)
        {
            throw new InvalidOperationException("Reading failed before; the rest of the archive cannot be read.");
        }

        _current?.Expire();
        _current = null;
        if (_ended)
        {
            return null;
        }

        _failed = true;
        while (await NextEntryAsync(cancellationToken).ConfigureAwait(false) is { } entry)
        {
            var header = _guard.Current;
            if (entry.Length != header.Size || !string.Equals(entry.Name, header.Name, StringComparison.Ordinal))
            {
                throw ArchiveFault.Structure($"the header at byte {header.Offset} can be read in two ways");
            }

            if (Place(header) is { } path)
            {
                var content = new MemberContentStream(entry.DataStream, header.Size);
                _current = new CheckpointArchiveMember(path, header.Size, header.IsDirectory, content);
                _failed = false;
                return _current;
            }
        }

        if (_root is null && _faults is not { Total: > 0 })
        {
            throw ArchiveFault.Structure("the archive has no members");
        }

        await _guard.FinishAsync(cancellationToken).ConfigureAwait(false);
        if (_guard.EndWarning is { } warning)
        {
            _warnings.Add(new CheckpointWarning(CheckpointWarningCode.ArchiveEnd, warning));
        }

        _ended = true;
        _failed = false;
        return null;
    }

    /// <summary>Ends the reading; closes the archive unless it was to be left open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            _current?.Expire();
            await _tar.DisposeAsync().ConfigureAwait(false);
            if (!_leaveOpen)
            {
                await _archive.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<TarEntry?> NextEntryAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (_guard.SourceFailure is null && fault is InvalidDataException or EndOfStreamException or FormatException
            or ArgumentException or OverflowException or NotSupportedException)
        {
            // The guard has seen the header and hands on what counts of it, in the plainest form: nothing should be left to find.
            throw ArchiveFault.Structure($"the header at byte {_guard.Current.Offset} of '{ArchivePath.Display(_guard.Current.Name ?? string.Empty)}' is malformed: {fault.Message}", fault);
        }
    }

    /// <summary>Returns a member's path under the root, or <see langword="null"/> for what is no member: the root, or one that was refused and noted.</summary>
    private string? Place(TarMemberHeader header)
    {
        if (!header.IsFile && !header.IsDirectory)
        {
            return Refuse(header, $"is {header.Kind}; only files and directories are allowed");
        }

        var name = header.Name.AsSpan();
        while (name.StartsWith("./"))
        {
            name = name[2..];
        }

        name = header.IsDirectory && name.EndsWith('/') ? name[..^1] : name;
        if (header.IsDirectory && name is "" or ".")
        {
            return null;
        }

        if (ArchivePath.FindFault(name) is { } fault)
        {
            return Refuse(header, $"has an unsafe path: it {fault}");
        }

        var slash = name.IndexOf('/');
        var root = slash < 0 ? name : name[..slash];
        if (slash < 0 && !header.IsDirectory)
        {
            return Refuse(header, "lies outside of a top-level directory");
        }

        if (_root is null)
        {
            _root = root.ToString();
        }
        else if (!root.SequenceEqual(_root))
        {
            return Refuse(header, $"lies outside of the top-level directory '{ArchivePath.Display(_root)}'; an archive has exactly one");
        }

        if (!_seen.Add(XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(name.ToString()))))
        {
            return Refuse(header, "is there twice");
        }

        return slash < 0 ? null : name[(slash + 1)..].ToString();
    }

    private string? Refuse(TarMemberHeader header, string fault)
    {
        var violation = new CheckpointViolation(
            CheckpointRule.ArchiveStructure, ArchivePath.Display(header.Name), null, null, null, $"the member {fault}");
        if (_faults is null)
        {
            throw new CheckpointInvalidException(violation);
        }

        _faults.Add(violation);
        return null;
    }
}
