using Eden.Git.Objects;
using Eden.Git.Remotes;

namespace Eden.Git.Sync;

/// <summary>What a remote reports about one request to push.</summary>
/// <param name="Unpacked">What it says about the objects; <c>ok</c> when it took them.</param>
/// <param name="Taken">How many refs it set.</param>
/// <param name="Refused">The refs that it refused, each with its reason; the first ones.</param>
/// <param name="TotalRefused">How many it refused.</param>
internal sealed record PushReport(string Unpacked, long Taken, IReadOnlyList<string> Refused, long TotalRefused)
{
    private const int MostRefusedListed = 100;
    private const int MostReportBytes = 512 << 20;

    // What git says of a ref whose objects it does not have.
    private const string MissingObjects = "missing necessary objects";

    /// <summary>Gets a value indicating whether the remote took the objects that came with the request.</summary>
    public bool IsUnpacked => Unpacked == "ok";

    /// <summary>Gets a value indicating whether a ref was refused because its objects were not there.</summary>
    public bool LacksObjects => !IsUnpacked || Refused.Any(refusal => refusal.Contains(MissingObjects, StringComparison.Ordinal));

    /// <summary>Adds up what two requests came to.</summary>
    public static PushReport operator +(PushReport left, PushReport right) => new(
        right.Unpacked, left.Taken + right.Taken, [.. left.Refused.Concat(right.Refused).Take(MostRefusedListed)], left.TotalRefused + right.TotalRefused);

    /// <summary>A request that failed as a whole: all of its refs are refused.</summary>
    public static PushReport Of(IReadOnlyList<GitBundleRef> refs, string reason)
        => new("ok", 0, [.. refs.Take(MostRefusedListed).Select(reference => $"{RefText.Show(reference.Name)} {reason}")], refs.Count);

    /// <summary>Reads the answer to a request.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="hasSideBands">Whether the report comes in side bands, beside what the remote tells a person.</param>
    /// <param name="words">Takes what it tells a person.</param>
    /// <param name="cancellationToken">Observed at each line.</param>
    /// <returns><see langword="null"/> when there is no report.</returns>
    public static async Task<PushReport?> ReadAsync(Stream answer, bool hasSideBands, RemoteWords words, CancellationToken cancellationToken)
    {
        using var report = new MemoryStream();
        var source = answer;
        if (hasSideBands)
        {
            await SeparateAsync(answer, report, words, cancellationToken).ConfigureAwait(false);
            report.Position = 0;
            source = report;
        }

        string? unpacked = null;
        var (taken, totalRefused, refused) = (0L, 0L, new List<string>());
        while (await PacketLines.ReadAsync(source, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("unpack ", StringComparison.Ordinal))
            {
                unpacked = line["unpack ".Length..];
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
            else if (line.StartsWith("ERR ", StringComparison.Ordinal))
            {
                words.SetError(System.Text.Encoding.UTF8.GetBytes(line["ERR ".Length..]));
            }
        }

        return unpacked is null ? null : new PushReport(unpacked, taken, refused, totalRefused);
    }

    private static async Task SeparateAsync(Stream answer, MemoryStream report, RemoteWords words, CancellationToken cancellationToken)
    {
        while (await PacketLines.ReadBytesAsync(answer, cancellationToken).ConfigureAwait(false) is { } line)
        {
            switch (line)
            {
                case [1, ..]:
                    if (report.Length + line.Length > MostReportBytes)
                    {
                        throw new GitException($"The remote's report is longer than {MostReportBytes >> 20} MiB.");
                    }

                    report.Write(line.AsSpan(1));
                    break;
                case [2, ..]:
                    words.Add(line.AsSpan(1));
                    break;
                case [3, ..]:
                    words.SetError(line.AsSpan(1));
                    break;
                case [(byte)'E', (byte)'R', (byte)'R', (byte)' ', ..]:
                    words.SetError(line.AsSpan(4));
                    break;
            }
        }
    }
}
