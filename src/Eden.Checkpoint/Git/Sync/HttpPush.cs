using System.Net;
using Eden.Checkpoint.Git.Objects;

namespace Eden.Checkpoint.Git.Sync;

/// <summary>A push over smart HTTP: one question for the refs, one request with the commands and the bundle's pack.</summary>
internal sealed class HttpPush(RemoteAddress remote, LocalCloneOptions connection, bool force, IProgress<CheckpointProgress>? progress)
{
    private const int MostRefusedListed = 100;

    public async Task<PushOutcome> RunAsync(RepoBundle bundle, GitBundleHeader header, CancellationToken cancellationToken)
    {
        using var session = new HttpRemoteSession(remote, connection, cancellationToken, HttpRemoteSession.ReceivePack);
        var (present, format) = await ReadRefsAsync(session, cancellationToken).ConfigureAwait(false);
        if (format != header.ObjectFormat)
        {
            throw new CheckpointRepoUnavailableException(
                $"The remote '{remote}' names objects by {format.ConfigName()}, the bundle by {header.ObjectFormat.ConfigName()}.");
        }

        var total = header.Refs.Count(reference => reference.Name.StartsWith("refs/", StringComparison.Ordinal));
        var missing = RemotePush.FindMissing(remote.Text, header, present, force);
        if (missing.Count == 0)
        {
            return new PushOutcome(total, [], 0);
        }

        using var commands = new MemoryStream();
        WriteCommands(commands, missing, present, header.ObjectFormat);
        using var response = await session.PostAsync(() => new PushContent(commands, bundle, header.Length, progress, cancellationToken)).ConfigureAwait(false);
        var answer = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (answer.ConfigureAwait(false))
        {
            var (taken, refused, totalRefused) = await ReadReportAsync(answer, cancellationToken).ConfigureAwait(false);
            return taken + totalRefused == missing.Count
                ? new PushOutcome(total - missing.Count + taken, refused, totalRefused)
                : throw new CheckpointRepoUnavailableException($"The remote '{remote}' reported on {taken + totalRefused} of {missing.Count} refs.");
        }
    }

    private static void WriteCommands(
        MemoryStream commands, IReadOnlyList<GitBundleRef> refs, Dictionary<string, string> present, GitObjectFormat format)
    {
        var none = new string('0', format.HexLength());
        var capabilities = $"\0report-status object-format={format.ConfigName()}";
        foreach (var reference in refs)
        {
            PacketLines.Write(commands, $"{present.GetValueOrDefault(reference.Name, none)} {reference.ObjectId} {reference.Name}{capabilities}");
            capabilities = "";
        }

        PacketLines.WriteFlush(commands);
    }

    private async Task<(Dictionary<string, string> Refs, GitObjectFormat Format)> ReadRefsAsync(HttpRemoteSession session, CancellationToken cancellationToken)
    {
        var refs = new Dictionary<string, string>(StringComparer.Ordinal);
        var format = GitObjectFormat.Sha1;
        var answer = await session.GetRefsAsync().ConfigureAwait(false);
        await using var closing = answer.ConfigureAwait(false);
        while (await PacketLines.ReadAsync(answer, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var nul = line.IndexOf('\0', StringComparison.Ordinal);
            if (nul >= 0)
            {
                format = line[(nul + 1)..].Split(' ').Contains("object-format=sha256") ? GitObjectFormat.Sha256 : GitObjectFormat.Sha1;
                line = line[..nul];
            }

            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space != format.HexLength())
            {
                throw new CheckpointRepoUnavailableException($"The remote '{remote}' advertises its refs in a form that is not git's.");
            }

            var name = line[(space + 1)..];
            if (name.StartsWith("refs/", StringComparison.Ordinal))
            {
                refs[name] = line[..space];
            }
        }

        return (refs, format);
    }

    private async Task<(long Taken, List<string> Refused, long TotalRefused)> ReadReportAsync(Stream answer, CancellationToken cancellationToken)
    {
        var (taken, totalRefused, refused) = (0L, 0L, new List<string>());
        var isUnpacked = false;
        while (await PacketLines.ReadAsync(answer, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("unpack ", StringComparison.Ordinal))
            {
                isUnpacked = line == "unpack ok";
                if (!isUnpacked)
                {
                    throw new CheckpointRepoUnavailableException($"The remote '{remote}' did not take the objects: {line["unpack ".Length..]}.");
                }
            }
            else if (line.StartsWith("ok ", StringComparison.Ordinal))
            {
                taken++;
            }
            else if (line.StartsWith("ng ", StringComparison.Ordinal))
            {
                totalRefused++;
                if (refused.Count < MostRefusedListed)
                {
                    refused.Add(line["ng ".Length..]);
                }
            }
        }

        return isUnpacked ? (taken, refused, totalRefused)
            : throw new CheckpointRepoUnavailableException($"The remote '{remote}' did not say whether it took the objects.");
    }

    /// <summary>The commands, then the pack straight from the bundle.</summary>
    private sealed class PushContent(
        MemoryStream commands, RepoBundle bundle, long packStart, IProgress<CheckpointProgress>? progress, CancellationToken cancelled) : HttpContent
    {
        private const int PieceLength = 1 << 17;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => WriteAsync(stream, cancelled);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => WriteAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = commands.Length + bundle.Length - packStart;
            return true;
        }

        private async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(commands.GetBuffer().AsMemory(0, (int)commands.Length), cancellationToken).ConfigureAwait(false);
            var pack = bundle.OpenRead();
            await using var closing = pack.ConfigureAwait(false);
            pack.Seek(packStart, SeekOrigin.Begin);
            var piece = new byte[PieceLength];
            var sent = 0L;
            for (int count; (count = await pack.ReadAsync(piece, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                await stream.WriteAsync(piece.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                sent += count;
                progress?.Report(new CheckpointProgress(CheckpointPhase.Push, sent, bundle.Length - packStart));
            }
        }
    }
}
