using System.Net;

namespace Eden.Git.Sync;

/// <summary>The body of one request to push: the commands, then the pack straight from the bundle, or an empty one when the remote has every object.</summary>
internal sealed class PushContent(
    MemoryStream commands, string bundlePath, GitBundleHeader header, bool withObjects, IProgress<GitProgress>? progress, CancellationToken cancelled) : HttpContent
{
    private const int PieceLength = 1 << 17;
    private readonly byte[] _emptyPack = withObjects ? [] : MakeEmptyPack(header.ObjectFormat);

    private long PackLength { get; } = new FileInfo(bundlePath).Length - header.Length;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => WriteAsync(stream, cancelled);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => WriteAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = commands.Length + (withObjects ? PackLength : _emptyPack.Length);
        return true;
    }

    private static byte[] MakeEmptyPack(GitObjectFormat format)
    {
        byte[] start = [.. "PACK"u8, 0, 0, 0, 2, 0, 0, 0, 0];
        using var hash = Objects.ObjectFormatExtensions.CreateHash(format);
        hash.AppendData(start);
        return [.. start, .. hash.GetHashAndReset()];
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(commands.GetBuffer().AsMemory(0, (int)commands.Length), cancellationToken).ConfigureAwait(false);
        if (!withObjects)
        {
            await stream.WriteAsync(_emptyPack, cancellationToken).ConfigureAwait(false);
            return;
        }

        var pack = GitBundle.OpenFile(bundlePath);
        await using var closing = pack.ConfigureAwait(false);
        pack.Seek(header.Length, SeekOrigin.Begin);
        var piece = new byte[PieceLength];
        var sent = 0L;
        for (int count; (count = await pack.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            await stream.WriteAsync(piece.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            sent += count;
            progress?.Report(new GitProgress(GitPhase.Push, sent, PackLength));
        }
    }
}
