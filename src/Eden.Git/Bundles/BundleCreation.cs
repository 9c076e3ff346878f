using Eden.Git.Objects;
using Eden.Git.Packs;
using Eden.Git.Repositories;

namespace Eden.Git.Bundles;

/// <summary>Orders the steps of making a bundle: plan, again from a fresh listing when the repository changed under it, then write.</summary>
internal static class BundleCreation
{
    // A gc or repack takes far longer than a listing, so losing the race even twice is rare.
    private const int MaxAttempts = 8;

    // As much as a reader of bundles takes: id, space and name make one line.
    private const int MaxNameBytes = BundleLineTable.MaxTextLength - (2 * 32) - 1;

    public static async Task<GitBundleCreateResult> RunAsync(
        string repositoryPath, Stream destination, GitBundleCreateOptions options, CancellationToken cancellationToken)
    {
        var layout = RepositoryLayout.Open(repositoryPath);
        using var plan = MakePlan(layout, options, cancellationToken);
        if (plan.Tips.Count == 0)
        {
            return new GitBundleCreateResult { Warnings = plan.Warnings };
        }

        if (plan.ObjectCount > uint.MaxValue)
        {
            throw new GitUnsupportedException($"The repository has {plan.ObjectCount} objects, more than one pack can hold.");
        }

        var output = new PackOutput(destination, layout.Format, cancellationToken);
        await using (output.ConfigureAwait(false))
        {
            await WriteHeaderAsync(output, plan.Tips, layout.Format).ConfigureAwait(false);
            await WritePackAsync(layout, plan, output, options, cancellationToken).ConfigureAwait(false);
            return new GitBundleCreateResult { RefCount = plan.Tips.Count, ObjectCount = plan.ObjectCount, Length = output.Total, Warnings = plan.Warnings };
        }
    }

    /// <summary>Writes the pack of a plan.</summary>
    /// <exception cref="GitException">An object is damaged, or a pack was deleted meanwhile.</exception>
    public static async Task WritePackAsync(
        RepositoryLayout layout, BundlePlan plan, PackOutput output, GitBundleCreateOptions options, CancellationToken cancellationToken)
    {
        await output.BeginPackAsync().ConfigureAwait(false);
        WritePackHeader(output, (uint)plan.ObjectCount);
        using var writer = new ReusingPackWriter(
            layout, plan.Store, plan.Reached, output, options, written => Report(options, written, plan.ObjectCount), cancellationToken);
        try
        {
            await writer.WriteAsync().ConfigureAwait(false);
        }
        catch (RepositoryChangedException changed)
        {
            // Too late to list again: the pack's count of objects is out.
            throw new GitException($"{changed.Message} Something deletes packs of the repository while it is bundled.", changed) { IsTransient = true };
        }

        await output.EndPackAsync().ConfigureAwait(false);
        Report(options, plan.ObjectCount, plan.ObjectCount);
    }

    /// <summary>Plans, again from a fresh listing where the repository changed meanwhile.</summary>
    /// <exception cref="GitException">The repository cannot be bundled.</exception>
    public static BundlePlan MakePlan(RepositoryLayout layout, GitBundleCreateOptions options, CancellationToken cancellationToken)
    {
        ObjectHash? missing = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // Side by side first, which may miss an object that was written in between; in the safe order when it did.
                return BundlePlan.Make(layout, options, sideBySide: attempt == 1, cancellationToken);
            }
            catch (MissingObjectException lost) when (attempt < MaxAttempts && lost.Id != missing)
            {
                missing = lost.Id; // the same object missing from two listings in a row is lost, not moving
            }
            catch (RepositoryChangedException) when (attempt < MaxAttempts)
            {
                missing = null;
            }
            catch (Exception final) when (final is MissingObjectException or RepositoryChangedException)
            {
                throw Failure(final);
            }
        }
    }

    /// <summary>Says what it means that a walk could not be finished, however often it was tried.</summary>
    /// <param name="final">A <see cref="MissingObjectException"/> or a <see cref="RepositoryChangedException"/>.</param>
    public static GitException Failure(Exception final)
        => final is MissingObjectException
            ? new GitDamagedException(final.Message, final)
            : new GitException(final.Message, final) { IsTransient = true }; // what still moves may rest later; what no listing has is lost

    private static async Task WriteHeaderAsync(PackOutput output, IReadOnlyList<RefTip> tips, GitObjectFormat format)
    {
        BundleHeaderWriter.Begin(output, format);
        foreach (var tip in tips)
        {
            var name = RefText.Encode(tip.Name);
            if (name.Length > MaxNameBytes)
            {
                throw new GitException($"A ref's name has {name.Length} bytes; a bundle can list at most {MaxNameBytes}.");
            }

            await output.ReserveAsync(name.Length + format.HexLength() + 2).ConfigureAwait(false);
            BundleHeaderWriter.WriteRef(output, format, tip.Target, name);
        }

        await output.ReserveAsync(1).ConfigureAwait(false);
        BundleHeaderWriter.End(output);
    }

    private static void WritePackHeader(PackOutput output, uint count)
    {
        Span<byte> header = stackalloc byte[PackHeader.Length];
        new PackHeader(2, count).Write(header);
        output.Append(header);
    }

    private static void Report(GitBundleCreateOptions options, long written, long total)
        => options.Progress?.Report(new GitProgress(GitPhase.Bundle, written, total));
}
