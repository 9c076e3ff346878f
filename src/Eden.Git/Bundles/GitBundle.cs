using Eden.Checkpoint;
using Eden.Checkpoint.Model;
using Eden.Git.Bundles;
using Eden.Shared;

namespace Eden.Git;

/// <summary>Reads, checks, restores and makes git bundles, without the git binary.</summary>
/// <remarks>Thread-safe: calls share nothing.</remarks>
public static partial class GitBundle
{
    /// <summary>Reads the header of a bundle.</summary>
    /// <param name="bundle">The bundle from its first byte; need not seek. Left open, at an unspecified place behind the header.</param>
    /// <param name="limits">The ceilings to apply; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The header. Prerequisites and capabilities are listed, not judged.</returns>
    /// <exception cref="CheckpointInvalidException">The header is malformed, or lists an illegal or repeated ref name.</exception>
    public static async Task<GitBundleHeader> ReadHeaderAsync(
        Stream bundle, CheckpointLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        limits ??= CheckpointLimits.Default;
        var found = new ViolationList(limits.MaxViolations);
        var reader = new BundleHeaderReader(limits, found);
        var buffer = new byte[1 << 14];
        while (!reader.IsEnded)
        {
            var read = await bundle.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                reader.Complete();
                break;
            }

            reader.Read(buffer.AsSpan(0, read));
        }

        return reader.Header is { } header && found.Total == 0 ? header : throw new CheckpointInvalidException(found.Listed, found.Total);
    }

    /// <summary>Checks a whole bundle: header, pack, objects, and that everything reachable from its refs is present and of the right type (spec §6).</summary>
    /// <param name="bundle">The bundle. The zero-byte placeholder is reported as empty.</param>
    /// <param name="options">Depth and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What was found; damage is data here and does not throw.</returns>
    public static async Task<GitBundleReport> VerifyAsync(
        RepoBundle bundle, GitBundleVerifyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        options ??= new GitBundleVerifyOptions();
        if (bundle.IsEmpty)
        {
            return new GitBundleReport { IsEmpty = true, Depth = options.Depth };
        }

        var inspection = await BundleInspector.InspectAsync(
            bundle, options.Depth, options.Limits, options.TemporaryDirectory, options.Progress, cancellationToken).ConfigureAwait(false);
        return new GitBundleReport
        {
            Depth = options.Depth,
            Violations = inspection.Violations,
            TotalViolations = inspection.TotalViolations,
            Warnings = inspection.Warnings,
            Header = inspection.Header,
            ObjectCount = inspection.ObjectCount,
            ReachableCommitCount = inspection.ReachableCommitCount,
        };
    }
}
