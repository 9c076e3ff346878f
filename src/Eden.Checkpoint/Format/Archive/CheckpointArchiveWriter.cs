using System.Formats.Tar;
using System.Text;
using Eden.Checkpoint.Format.Archive;

namespace Eden.Checkpoint;

/// <summary>Writes the members of a checkpoint archive into a tar (spec §3). Not thread-safe.</summary>
/// <remarks>Members are plain files under <c>checkpoint/</c> with fixed metadata (owner 0, mode 0644, one modification time), so the same
/// members give the same bytes. They are ustar members; only one of more than 8 GiB, or with a name that ustar cannot hold, gets a pax header.
/// The destination is only written asynchronously and need not seek. After a failure or a cancellation it holds a truncated archive to
/// discard, and the writer refuses further use.</remarks>
public sealed class CheckpointArchiveWriter : IAsyncDisposable
{
    /// <summary>The largest size that an octal ustar field holds: 8 GiB less one byte.</summary>
    private const long MaxUstarLength = (1L << 33) - 1;
    private const int MaxUstarName = 100;
    private const int EndLength = 2 * TarBlock.Length;

    /// <summary>A pax header and one block of attributes, which suffices for the names of the layout.</summary>
    private const int PaxLength = 2 * TarBlock.Length;
    private const string Root = "checkpoint/";

    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly ArchiveDestination _destination;
    private readonly TarWriter _tar;
    private readonly DateTimeOffset _modificationTime;
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly Stream? _owned;
    private State _state;

    /// <summary>Creates a writer. Nothing is written yet.</summary>
    /// <param name="destination">Writable, need not seek.</param>
    /// <param name="modificationTime">The modification time of every member, cut off to whole seconds; 1970 or later.</param>
    /// <param name="leaveOpen">Whether disposing leaves <paramref name="destination"/> open.</param>
    /// <exception cref="ArgumentException">The destination cannot be written.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time lies before 1970.</exception>
    public CheckpointArchiveWriter(Stream destination, DateTimeOffset modificationTime, bool leaveOpen = false)
        : this(destination, modificationTime, leaveOpen, progress: null)
    {
    }

    /// <summary>Creates a writer that tells how far it has come inside of long members.</summary>
    internal CheckpointArchiveWriter(Stream destination, DateTimeOffset modificationTime, bool leaveOpen, ArchiveProgress? progress)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.CanWrite)
        {
            throw new ArgumentException("The destination cannot be written.", nameof(destination));
        }

        var seconds = modificationTime.ToUnixTimeSeconds();
        ArgumentOutOfRangeException.ThrowIfNegative(seconds, nameof(modificationTime));
        _modificationTime = DateTimeOffset.FromUnixTimeSeconds(seconds);
        _owned = leaveOpen ? null : destination;
        _destination = new ArchiveDestination(destination, progress);
        _tar = new TarWriter(_destination, TarEntryFormat.Pax, leaveOpen: true);
    }

    private enum State
    {
        Open,
        Writing,
        Failed,
        Complete,
        Disposed,
    }

    /// <summary>Gets the number of bytes that have been handed to the destination.</summary>
    public long BytesWritten => _destination.BytesWritten;

    /// <summary>Tells how long an archive of such members becomes, in bytes.</summary>
    internal static long ArchiveLength(IEnumerable<CheckpointMemberSize> members)
        => EndLength + members.Sum(member =>
            TarBlock.Length + member.Bytes + TarBlock.Padding(member.Bytes) + (FitsUstar(Root + member.Path, member.Bytes) ? 0 : PaxLength));

    /// <summary>Writes one member.</summary>
    /// <param name="path">The path under the root, for example <c>tasks.jsonl</c>; <c>/</c>-separated, without empty, <c>.</c> or <c>..</c> segments.</param>
    /// <param name="content">The bytes from the stream's position to its end; it must seek, because a tar states the length first. Left open.</param>
    /// <param name="cancellationToken">Observed at every buffer; the archive is truncated then.</param>
    /// <exception cref="ArgumentException">The path is unsafe or was written before, or the content cannot be read or cannot seek. Nothing was written.</exception>
    /// <exception cref="IOException">The content ended before its length or went on after it, or writing failed.</exception>
    /// <exception cref="InvalidOperationException">The archive is complete, or a member failed before.</exception>
    public async Task WriteMemberAsync(string path, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(content);
        if (ArchivePath.FindFault(path) is { } fault)
        {
            throw new ArgumentException($"The path {fault}.", nameof(path));
        }

        if (!content.CanRead || !content.CanSeek)
        {
            throw new ArgumentException("The content must be readable and must seek.", nameof(content));
        }

        ThrowUnlessOpen();
        cancellationToken.ThrowIfCancellationRequested();
        var length = Math.Max(0, content.Length - content.Position);
        if (!_written.Add(path))
        {
            throw new ArgumentException($"The member '{path}' was written before.", nameof(path));
        }

        _state = State.Writing;
        try
        {
            var member = new ExactLengthStream(path, content, length);
            await _tar.WriteEntryAsync(Entry(Root + path, member, length), cancellationToken).ConfigureAwait(false);
            await member.RequireEndAsync(cancellationToken).ConfigureAwait(false);
            _state = State.Open;
        }
        finally
        {
            _state = _state == State.Open ? State.Open : State.Failed;
        }
    }

    /// <summary>Writes the end of the archive and flushes the destination. The archive is only whole after this call.</summary>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="InvalidOperationException">The archive is complete already, or a member failed before.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowUnlessOpen();
        cancellationToken.ThrowIfCancellationRequested();
        _state = State.Writing;
        try
        {
            // Two blocks of zeros. TarWriter would leave them out of an archive without members, and knows no cancellation here.
            await _destination.WriteAsync(new byte[EndLength], cancellationToken).ConfigureAwait(false);
            await _destination.FlushAsync(cancellationToken).ConfigureAwait(false);
            _state = State.Complete;
        }
        finally
        {
            _state = _state == State.Complete ? State.Complete : State.Failed;
        }
    }

    /// <summary>Ends the use of the destination. An archive that was not completed stays truncated: nothing is written here.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_state != State.Disposed)
        {
            // The TarWriter is left alone on purpose: disposing it would end a truncated archive as if it were whole.
            _state = State.Disposed;
            if (_owned is not null)
            {
                await _owned.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static bool FitsUstar(string name, long length)
        => length <= MaxUstarLength && Encoding.UTF8.GetByteCount(name) <= MaxUstarName && Ascii.IsValid(name);

    private PosixTarEntry Entry(string name, ExactLengthStream content, long length)
    {
        PosixTarEntry entry;
        if (FitsUstar(name, length))
        {
            entry = new UstarTarEntry(TarEntryType.RegularFile, name);
        }
        else
        {
            entry = new PaxTarEntry(TarEntryType.RegularFile, name);
            _destination.NameNextHeader($"{Root}PaxHeaders/{_written.Count - 1}");
        }

        entry.Mode = Mode;
        entry.ModificationTime = _modificationTime;
        entry.Uid = 0;
        entry.Gid = 0;
        entry.UserName = string.Empty;
        entry.GroupName = string.Empty;
        entry.DataStream = length == 0 ? null : content;
        return entry;
    }

    private void ThrowUnlessOpen()
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_state != State.Open)
        {
            throw new InvalidOperationException(_state switch
            {
                State.Complete => "The archive is complete.",
                State.Writing => "A member is being written.",
                _ => "Writing failed before; the archive is truncated and must be discarded.",
            });
        }
    }
}
