using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Eden.Checkpoint.ConsoleHost.Stores;

/// <summary>Reads a stream line by line without holding more than one line and one buffer.</summary>
internal static class LineReader
{
    /// <summary>Streams the lines without their newlines. The bytes of a line are valid until the next one is asked for.</summary>
    /// <param name="source">Read from its position to its end, left open.</param>
    /// <param name="member">What the stream is called when a line is too long.</param>
    /// <param name="maxLineBytes">The longest line.</param>
    /// <param name="cancellationToken">Observed before every line.</param>
    /// <exception cref="CheckpointInvalidException">A line is too long.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream source, string member, int maxLineBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(source, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));
        var number = 0L;
        byte[] line = [];
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = read.Buffer;
                while (TryTakeLine(ref buffer, read.IsCompleted, out var bytes))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    number++;
                    RefuseLong(member, number, bytes.Length, maxLineBytes);
                    if (line.Length < bytes.Length)
                    {
                        line = new byte[Math.Max(bytes.Length, 4096)];
                    }

                    bytes.CopyTo(line);
                    yield return line.AsMemory(0, (int)bytes.Length);
                }

                RefuseLong(member, number + 1, buffer.Length, maxLineBytes);
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    // The last line of a file that somebody edited may lack its newline.
    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = buffer;
        if (!isLast || buffer.IsEmpty)
        {
            return false;
        }

        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private static void RefuseLong(string member, long line, long length, int most)
    {
        if (length > most)
        {
            throw new CheckpointInvalidException(new CheckpointViolation(
                CheckpointRule.Limit, member, line, null, null, $"is longer than {most} bytes"));
        }
    }
}
