using System.Buffers.Binary;
using Eden.Git.Bundles;
using Eden.Git.Objects;
using Eden.Git.Model;
using Eden.Shared;

namespace Eden.Git;

/// <summary>Reads, checks, restores and makes git bundles, without the git binary.</summary>
/// <remarks>Thread-safe: calls share nothing.</remarks>
/// <example>
/// <code>
/// await GitBundle.CreateAsync(repositoryPath, bundlePath, cancellationToken: cancellationToken);
/// var report = await GitBundle.VerifyAsync(bundlePath, cancellationToken: cancellationToken);
/// Console.WriteLine(report.IsWhole ? "whole" : string.Join(Environment.NewLine, report.Faults));
/// await GitBundle.RestoreAsync(bundlePath, restoredPath, cancellationToken: cancellationToken);
/// </code>
/// </example>
public static partial class GitBundle
{
    private const int PackCountOffset = 8;

    /// <summary>Reads the header of a bundle.</summary>
    /// <param name="bundle">The bundle from its first byte; need not seek. Left open, at an unspecified place behind the header.</param>
    /// <param name="limits">The ceilings to apply; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The header. Prerequisites and capabilities are listed, not judged.</returns>
    /// <exception cref="GitDamagedException">The header is malformed, or lists an illegal or repeated ref name.</exception>
    public static async Task<GitBundleHeader> ReadHeaderAsync(
        Stream bundle, GitLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        limits ??= GitLimits.Default;
        var found = new FaultList(limits.MaxFaults);
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

        return reader.Header is { } header && found.Total == 0 ? header : throw new GitDamagedException(found.Listed, found.Total);
    }

    /// <summary>Reads what a pack says of itself: how many objects it has, and the checksum of all its bytes. Neither is checked.</summary>
    /// <param name="bundlePath">The bundle's file.</param>
    /// <param name="header">The bundle's header.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="EndOfStreamException">The file is shorter than a pack.</exception>
    public static async Task<GitPackIdentity> ReadPackIdentityAsync(string bundlePath, GitBundleHeader header, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        ArgumentNullException.ThrowIfNull(header);
        var file = OpenFile(bundlePath);
        await using (file.ConfigureAwait(false))
        {
            var count = new byte[sizeof(uint)];
            file.Position = header.Length + PackCountOffset;
            await file.ReadExactlyAsync(count, cancellationToken).ConfigureAwait(false);
            var checksum = new byte[header.ObjectFormat.HashLength()];
            file.Position = Math.Max(header.Length, file.Length - checksum.Length);
            await file.ReadExactlyAsync(checksum, cancellationToken).ConfigureAwait(false);
            return new GitPackIdentity(BinaryPrimitives.ReadUInt32BigEndian(count), Convert.ToHexStringLower(checksum));
        }
    }

    /// <summary>Checks a whole bundle: header, pack, objects, and that everything reachable from its refs is present and of the right type. Refs, commits and objects
    /// can be looked up in the result.</summary>
    /// <param name="bundlePath">The bundle's file, which must not change meanwhile.</param>
    /// <param name="options">Depth and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What was found; damage is data here and does not throw.</returns>
    public static Task<GitBundleInspection> InspectAsync(string bundlePath, GitBundleVerifyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        options ??= new GitBundleVerifyOptions();
        return BundleInspector.InspectAsync(bundlePath, options.Depth, options.Limits, options.TemporaryDirectory, options.Progress, cancellationToken);
    }

    /// <summary>Checks a whole bundle, as <see cref="InspectAsync"/> does, and gives back what was found without what was read: some lines instead of some tens of bytes an object.</summary>
    /// <param name="bundlePath">The bundle's file, which must not change meanwhile.</param>
    /// <param name="options">Depth and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per buffer.</param>
    /// <returns>What was found; damage is data here and does not throw. A file without a byte is reported as empty.</returns>
    public static async Task<GitBundleReport> VerifyAsync(string bundlePath, GitBundleVerifyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(bundlePath);
        options ??= new GitBundleVerifyOptions();
        if (new FileInfo(bundlePath) is { Exists: true, Length: 0 })
        {
            return new GitBundleReport { IsEmpty = true, Depth = options.Depth };
        }

        var inspection = await InspectAsync(bundlePath, options, cancellationToken).ConfigureAwait(false);
        return new GitBundleReport
        {
            Depth = options.Depth,
            Faults = inspection.Faults,
            TotalFaults = inspection.TotalFaults,
            Warnings = inspection.Warnings,
            Header = inspection.Header,
            ObjectCount = inspection.ObjectCount,
            ReachableCommitCount = inspection.ReachableCommitCount,
        };
    }

    internal static FileStream OpenFile(string bundlePath)
        => new(bundlePath, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
}
