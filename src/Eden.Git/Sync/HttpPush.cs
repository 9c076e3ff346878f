using Eden.Git.Objects;
using Eden.Git.Remotes;

namespace Eden.Git.Sync;

/// <summary>A push over smart HTTP: one question for the refs, one request with branches, tags and the bundle's pack, and one with the rest.</summary>
/// <remarks>The rest goes by itself because a hook that refuses one ref refuses its whole request, and git hosts refuse the refs that they keep for themselves.</remarks>
internal sealed class HttpPush(GitRemoteAddress remote, LocalCloneOptions connection, bool force, IProgress<GitProgress>? progress)
{
    private const string SideBands = "side-band-64k";
    private readonly Dictionary<string, string> _present = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _capabilities = [];

    public async Task<PushOutcome> RunAsync(string bundlePath, GitBundleHeader header, CancellationToken cancellationToken)
    {
        using var session = new HttpRemoteSession(remote, connection.Connection, cancellationToken, HttpRemoteSession.ReceivePack);
        var format = await ReadRefsAsync(session).ConfigureAwait(false);
        if (format != header.ObjectFormat)
        {
            throw new GitUnsupportedException(
                $"The remote '{remote}' names objects by {format.ConfigName()}, the bundle by {header.ObjectFormat.ConfigName()}.");
        }

        var plan = PushPlan.Make(header, _present, force);
        if (plan.OwnRefs > 0)
        {
            return new PushOutcome(0, [], 0) { IsComplete = false, OwnRefs = plan.OwnRefs };
        }

        var report = new PushReport("ok", 0, [], 0);
        if (plan.Decisive.Count > 0)
        {
            report = await SendAsync(session, plan.Decisive, bundlePath, header, withObjects: true, cancellationToken).ConfigureAwait(false);
            if (!report.IsUnpacked)
            {
                throw new GitRemoteUnavailableException(session.Words.AddTo($"The remote '{remote}' did not take the objects: {report.Unpacked}."));
            }
        }

        var isComplete = report.TotalRefused == 0;
        if (isComplete && plan.Others.Count > 0)
        {
            report += await SendOthersAsync(session, plan.Others, bundlePath, header, cancellationToken).ConfigureAwait(false);
        }

        return new PushOutcome(plan.Total - plan.Missing + report.Taken, report.Refused, report.TotalRefused)
        {
            IsComplete = isComplete,
            Words = session.Words.Text,
        };
    }

    /// <summary>Pushes what does not decide. The remote has its objects by now; one that has thrown away what no ref reached gets them once more.</summary>
    private async Task<PushReport> SendOthersAsync(
        HttpRemoteSession session, IReadOnlyList<GitBundleRef> refs, string bundlePath, GitBundleHeader header, CancellationToken cancellationToken)
    {
        try
        {
            var report = await SendAsync(session, refs, bundlePath, header, withObjects: false, cancellationToken).ConfigureAwait(false);
            if (report.LacksObjects)
            {
                report = await SendAsync(session, refs, bundlePath, header, withObjects: true, cancellationToken).ConfigureAwait(false);
            }

            return report.IsUnpacked ? report : PushReport.Of(refs, report.Unpacked);
        }
        catch (GitException failure)
        {
            return PushReport.Of(refs, failure.Message);
        }
    }

    private async Task<PushReport> SendAsync(
        HttpRemoteSession session, IReadOnlyList<GitBundleRef> refs, string bundlePath, GitBundleHeader header, bool withObjects, CancellationToken cancellationToken)
    {
        using var commands = new MemoryStream();
        WriteCommands(commands, refs, header.ObjectFormat);
        using var response = await session.PostAsync(() => new PushContent(commands, bundlePath, header, withObjects, progress, cancellationToken)).ConfigureAwait(false);
        var answer = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (answer.ConfigureAwait(false))
        {
            var report = await PushReport.ReadAsync(answer, _capabilities.Contains(SideBands), session.Words, cancellationToken).ConfigureAwait(false)
                ?? throw new GitRemoteUnavailableException(session.Words.AddTo($"The remote '{remote}' did not say whether it took the objects."));
            return !report.IsUnpacked || report.Taken + report.TotalRefused == refs.Count
                ? report
                : throw new GitRemoteUnavailableException($"The remote '{remote}' reported on {report.Taken + report.TotalRefused} of {refs.Count} refs.");
        }
    }

    private void WriteCommands(MemoryStream commands, IReadOnlyList<GitBundleRef> refs, GitObjectFormat format)
    {
        var none = new string('0', format.HexLength());
        var capabilities = $"\0report-status object-format={format.ConfigName()}{(_capabilities.Contains(SideBands) ? " " + SideBands : "")}";
        foreach (var reference in refs)
        {
            PacketLines.Write(commands, $"{_present.GetValueOrDefault(reference.Name, none)} {reference.ObjectId} {reference.Name}{capabilities}");
            capabilities = "";
        }

        PacketLines.WriteFlush(commands);
    }

    private async Task<GitObjectFormat> ReadRefsAsync(HttpRemoteSession session)
    {
        var advertised = await session.GetRefsAsync("refuses the push.").ConfigureAwait(false);
        _capabilities = advertised.Capabilities;
        foreach (var (name, value) in advertised.Refs)
        {
            if (name.StartsWith("refs/", StringComparison.Ordinal))
            {
                _present[name] = value;
            }
        }

        return advertised.Format;
    }
}
