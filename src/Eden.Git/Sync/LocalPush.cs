using Eden.Git.Objects;
using Eden.Git.Repositories;
using Eden.Shared;

namespace Eden.Git.Sync;

/// <summary>A push to a bare repository on this machine: the pack goes in whole, the refs follow all at once. Meant for demos and tests.</summary>
internal sealed class LocalPush(string path, bool force, GitLimits limits, string? temporaryDirectory, IProgress<GitProgress>? progress)
{
    public async Task<PushOutcome> RunAsync(string bundlePath, GitBundleHeader header, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(path, "HEAD")) || !Directory.Exists(Path.Combine(path, "objects")))
        {
            throw new GitRepositoryNotFoundException($"The remote '{path}' is not a bare git repository.");
        }

        var layout = RepositoryLayout.Open(path);
        if (layout.Format != header.ObjectFormat)
        {
            throw new GitUnsupportedException(
                $"The remote '{path}' names objects by {layout.Format.ConfigName()}, the bundle by {header.ObjectFormat.ConfigName()}.");
        }

        var present = MirrorRefs.Read(path);
        var plan = PushPlan.Make(header, present, force);
        if (plan.OwnRefs > 0)
        {
            return new PushOutcome(0, [], 0) { IsComplete = false, OwnRefs = plan.OwnRefs };
        }

        if (plan.Missing == 0)
        {
            return new PushOutcome(plan.Total, [], 0) { IsComplete = true };
        }

        // Beside the remote's packs, so that moving them is a rename.
        using var aside = TemporaryDirectory.Create(Path.Combine(path, "objects"));
        var restored = aside.File("repository");
        await GitBundle.RestoreAsync(
            bundlePath, restored, new GitBundleRestoreOptions { Limits = limits, TemporaryDirectory = temporaryDirectory, Progress = progress }, cancellationToken)
            .ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        MovePacks(Path.Combine(restored, "objects", "pack"), Path.Combine(path, "objects", "pack"));
        foreach (var reference in plan.Decisive.Concat(plan.Others))
        {
            present[reference.Name] = reference.ObjectId;
        }

        MirrorRefs.Replace(path, present);
        return new PushOutcome(plan.Total, [], 0) { IsComplete = true };
    }

    /// <summary>Moves packs; an index comes last, since it makes its pack known.</summary>
    private static void MovePacks(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var pack in Directory.GetFiles(source, "*.pack"))
        {
            foreach (var file in (string[])[pack, Path.ChangeExtension(pack, ".idx")])
            {
                File.Move(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
            }
        }
    }
}
