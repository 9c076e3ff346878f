using Eden.Checkpoint.ConsoleHost.Output;
using Eden.Checkpoint.ConsoleHost.Stores;
using Eden.Git;

namespace Eden.Checkpoint.ConsoleHost.Inspection;

/// <summary>Reads an archive twice: once for the manifest, which may stand anywhere, then for what it names. Memory does not grow with the archive.</summary>
internal sealed class ArchiveInspector(CheckpointLimits limits)
{
    private readonly List<MemberLine> _members = [];
    private readonly Dictionary<RegistryKind, long> _rows = Enum.GetValues<RegistryKind>().ToDictionary(kind => kind, _ => 0L);
    private readonly Lineage _lineage = new();
    private ReadOnlyMemory<byte> _experiment;
    private GitBundleHeader? _bundle;
    private long _artifacts;
    private long _artifactBytes;

    public async Task<ArchiveInspection> InspectAsync(Stream archive, CancellationToken cancellationToken)
    {
        var manifest = await FindManifestAsync(archive, cancellationToken).ConfigureAwait(false);
        archive.Position = 0;
        var reader = new CheckpointArchiveReader(archive, limits, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadNextAsync(cancellationToken).ConfigureAwait(false) is { } member)
            {
                if (!member.IsDirectory)
                {
                    await LookAtAsync(member, manifest, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return new ArchiveInspection(
            manifest, _experiment, _members, _rows, _artifacts, _artifactBytes, _bundle, _lineage, archive.Length);
    }

    private async Task<CheckpointManifest> FindManifestAsync(Stream archive, CancellationToken cancellationToken)
    {
        var reader = new CheckpointArchiveReader(archive, limits, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadNextAsync(cancellationToken).ConfigureAwait(false) is { } member)
            {
                if (member.Path == CheckpointManifest.FileName)
                {
                    return CheckpointManifest.Parse(
                        await ReadWholeAsync(member, limits.MaxManifestBytes, cancellationToken).ConfigureAwait(false), limits);
                }
            }
        }

        throw new CheckpointInvalidException(new CheckpointViolation(
            CheckpointRule.Layout, CheckpointManifest.FileName, null, null, null, "is missing"));
    }

    private async Task LookAtAsync(CheckpointArchiveMember member, CheckpointManifest manifest, CancellationToken cancellationToken)
    {
        var files = manifest.Files;
        long? rows = null;
        if (Registry(files, member.Path) is { } kind)
        {
            rows = await CountAsync(member, kind, cancellationToken).ConfigureAwait(false);
        }
        else if (member.Path == files.Experiment)
        {
            _experiment = await ReadWholeAsync(member, limits.MaxExperimentBytes, cancellationToken).ConfigureAwait(false);
        }
        else if (member.Path == files.RepoBundle && member.Length > 0)
        {
            _bundle = await GitBundle.ReadHeaderAsync(member.Content, limits.ToGitLimits(), cancellationToken).ConfigureAwait(false);
        }

        // An archive may hold anything; what the layout does not name is for verify to refuse. A file that the manifest names may lie among the artifacts.
        if (rows is not null || member.Path == CheckpointManifest.FileName || member.Path == files.Experiment
            || member.Path == files.ExperimentConfig || member.Path == files.RepoBundle)
        {
            _members.Add(new MemberLine(member.Path, rows, member.Length));
        }
        else if (member.Path.StartsWith($"{files.ArtifactsDirectory}/", StringComparison.Ordinal))
        {
            _artifacts++;
            _artifactBytes += member.Length;
        }
    }

    private async Task<long> CountAsync(CheckpointArchiveMember member, RegistryKind kind, CancellationToken cancellationToken)
    {
        var count = 0L;
        await foreach (var line in LineReader.ReadAsync(member.Content, member.Path, limits.MaxLineBytes, cancellationToken).ConfigureAwait(false))
        {
            count++;
            if (kind == RegistryKind.Variants)
            {
                _lineage.Add(line);
            }
        }

        _rows[kind] = count;
        return count;
    }

    private static RegistryKind? Registry(CheckpointManifestFiles files, string path)
    {
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            if (files[kind] == path)
            {
                return kind;
            }
        }

        return null;
    }

    private static async Task<byte[]> ReadWholeAsync(CheckpointArchiveMember member, int most, CancellationToken cancellationToken)
    {
        if (member.Length > most)
        {
            throw new CheckpointInvalidException(new CheckpointViolation(
                CheckpointRule.Limit, member.Path, null, null, null, $"is larger than {most} bytes"));
        }

        var bytes = new byte[member.Length];
        await member.Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }
}
