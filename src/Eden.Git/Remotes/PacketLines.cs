using System.Globalization;
using System.Text;
using Eden.Git.Objects;

namespace Eden.Git.Remotes;

/// <summary>Git's pkt-lines: four hex digits that count themselves, then the payload. <c>0000</c> is a flush.</summary>
internal static class PacketLines
{
    private const int Lead = 4;
    private const int MostPayload = 65516;

    /// <summary>Writes a line.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="payload">Its payload; ref names in it are <see cref="RefText"/>.</param>
    public static void Write(Stream destination, string payload)
    {
        var bytes = RefText.Encode(payload);
        if (bytes.Length > MostPayload)
        {
            throw new GitException("A ref's name is too long for git's protocol.");
        }

        destination.Write(Encoding.ASCII.GetBytes((bytes.Length + Lead).ToString("x4", CultureInfo.InvariantCulture)));
        destination.Write(bytes);
    }

    public static void WriteFlush(Stream destination) => destination.Write("0000"u8);

    /// <summary>Reads the next line without its newline.</summary>
    /// <returns><see langword="null"/> at the end of the stream; an empty text for a flush.</returns>
    /// <exception cref="GitException">It is no pkt-line, or the stream ends inside one.</exception>
    public static async Task<string?> ReadAsync(Stream source, CancellationToken cancellationToken)
        => await ReadBytesAsync(source, cancellationToken).ConfigureAwait(false) is { } payload ? Encoding.UTF8.GetString(payload).TrimEnd('\n') : null;

    /// <summary>Reads the next line's payload as it is.</summary>
    /// <returns><see langword="null"/> at the end of the stream; nothing for a flush.</returns>
    /// <exception cref="GitException">It is no pkt-line, or the stream ends inside one.</exception>
    public static async Task<byte[]?> ReadBytesAsync(Stream source, CancellationToken cancellationToken)
    {
        var lead = new byte[Lead];
        var count = await source.ReadAtLeastAsync(lead, Lead, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (count == 0)
        {
            return null;
        }

        if (count < Lead)
        {
            throw EndsTooEarly();
        }

        var length = ReadLength(lead);
        if (length <= Lead)
        {
            return [];
        }

        var payload = new byte[length - Lead];
        return await source.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == payload.Length
            ? payload
            : throw EndsTooEarly();
    }

    /// <summary>Takes the next line, without its newline, off an answer that is here as a whole.</summary>
    /// <param name="source">The answer; becomes what follows the line.</param>
    /// <param name="payload">The line; nothing for a flush.</param>
    /// <returns><see langword="false"/> at the end.</returns>
    /// <exception cref="GitException">It is no pkt-line, or the answer ends inside one.</exception>
    public static bool TryRead(ref ReadOnlySpan<byte> source, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (source.IsEmpty)
        {
            return false;
        }

        var length = source.Length < Lead ? throw EndsTooEarly() : Math.Max(Lead, ReadLength(source[..Lead]));
        if (source.Length < length)
        {
            throw EndsTooEarly();
        }

        payload = source[Lead..length];
        source = source[length..];
        if (payload.EndsWith("\n"u8))
        {
            payload = payload[..^1];
        }

        return true;
    }

    private static int ReadLength(ReadOnlySpan<byte> lead)
        => int.TryParse(lead, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) && length is 0 or (>= Lead and <= MostPayload + Lead)
            ? length
            : throw new GitException("The remote's answer breaks git's protocol.");

    private static GitException EndsTooEarly() => new("The remote's answer ends too early.");
}
