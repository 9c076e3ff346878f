using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Format.Archive;
using Eden.Checkpoint.Format.Manifest;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Verification;

/// <summary>Takes the members of one archive as they come: each is checked as it passes where that is possible, else spooled. Not thread-safe.</summary>
internal sealed class MemberIntake(
    CheckpointLimits limits,
    TemporaryDirectory directory,
    ViolationList violations,
    ViolationList rowViolations,
    ViolationList rowWarnings,
    bool keepRows,
    ArtifactSpool? artifacts) : IDisposable
{
    private readonly EarlyMembers _early = new(directory, artifacts);
    private readonly HashSet<string> _present = new(StringComparer.Ordinal);
    private readonly Dictionary<RegistryKind, string> _rowFiles = [];
    private readonly List<CheckpointMemberSize> _sizes = [];
    private readonly List<CheckpointWarning> _warnings = [];
    private bool _experimentTaken;

    /// <summary>Gets the manifest, once it was met and can be used.</summary>
    public CheckpointManifest? Manifest { get; private set; }

    /// <summary>Gets the layout that the manifest gives.</summary>
    public ArchiveLayout? Layout { get; private set; }

    /// <summary>Gets the checker of the rows, once it is known from the manifest what their files are called.</summary>
    public RowSetChecker? Rows { get; private set; }

    /// <summary>Gets what a manifest of another version says; nothing else of such an archive is looked at.</summary>
    public ManifestReading? OtherVersion { get; private set; }

    public byte[] Experiment { get; private set; } = [];

    public RepoBundle? Bundle { get; private set; }

    public string? ConfigFile { get; private set; }

    public IReadOnlyDictionary<RegistryKind, string> RowFiles => _rowFiles;

    public IReadOnlyList<CheckpointMemberSize> Sizes => _sizes;

    public IReadOnlyList<CheckpointWarning> Warnings => _warnings;

    public long ArtifactCount { get; private set; }

    public long ArtifactBytes { get; private set; }

    /// <summary>Takes the next member.</summary>
    /// <returns>Whether it makes sense to read on.</returns>
    public async Task<bool> TakeAsync(CheckpointArchiveMember member, CancellationToken cancellationToken)
    {
        if (member.Path == CheckpointManifest.FileName && !member.IsDirectory)
        {
            return await TakeManifestAsync(member, cancellationToken).ConfigureAwait(false);
        }

        if (Layout is null)
        {
            await _early.TakeAsync(member, cancellationToken).ConfigureAwait(false);
        }
        else if (member.IsDirectory)
        {
            TakeDirectory(member.Path);
        }
        else if (ArtifactName.TrySplit(member.Path, out _, out var name) && Layout.RoleOf(member.Path).Part == MemberPart.Artifact)
        {
            TakeArtifact(await ArtifactDigest.TakeAsync(name, member, artifacts, cancellationToken).ConfigureAwait(false));
        }
        else
        {
            await TakeFileAsync(member.Path, member.Length, member.Content, null, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Checks what could not be checked while the archive passed. Called once, after the last member.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, role) in Layout!.Files)
        {
            if (!_present.Contains(path))
            {
                violations.Add(CheckpointRule.Layout, path, null, null, null, $"the file is missing; the manifest names it as files.{role.ManifestKey}");
            }
        }

        foreach (var kind in RegistryFiles.Kinds.ToArray())
        {
            if (_rowFiles.TryGetValue(kind, out var file))
            {
                var content = MemberSpool.Open(file);
                await using (content.ConfigureAwait(false))
                {
                    await CheckRowsAsync(kind, content, cancellationToken).ConfigureAwait(false);
                }
            }

            if (_present.Contains(Manifest!.Files[kind]) && Manifest.Counts[kind] != Rows!.Count(kind))
            {
                var counted = Manifest.Counts[kind] == long.MaxValue ? $"{long.MaxValue} or more" : $"{Manifest.Counts[kind]}";
                _warnings.Add(new CheckpointWarning(
                    CheckpointWarningCode.ManifestCount, $"The manifest counts {counted} {RegistryFiles.ManifestKey(kind)}; the file has {Rows!.Count(kind)}."));
            }
        }

        if (!Manifest!.RequiresCredentialReissue)
        {
            _warnings.Add(new CheckpointWarning(
                CheckpointWarningCode.ManifestField, "The manifest says that no credentials need to be reissued; an import reissues them all the same."));
        }
    }

    public void Dispose() => Rows?.Dispose();

    private async Task<bool> TakeManifestAsync(CheckpointArchiveMember member, CancellationToken cancellationToken)
    {
        _sizes.Add(new CheckpointMemberSize(member.Path, member.Length));
        if (!IsWithin(member.Path, member.Length, limits.MaxManifestBytes))
        {
            return false;
        }

        var json = await ReadAllAsync(member.Content, member.Length, cancellationToken).ConfigureAwait(false);
        var reading = ManifestReader.Read(json, limits, violations);
        OtherVersion = reading.OtherVersion is null ? null : reading;
        if (reading.Manifest is not { } manifest)
        {
            return false;
        }

        Manifest = manifest;
        _warnings.AddRange(reading.Warnings.Select(text => new CheckpointWarning(CheckpointWarningCode.ManifestField, text)));
        Layout = new ArchiveLayout(manifest.Files);
        Rows = new RowSetChecker(limits, directory, rowViolations, rowWarnings, names: Layout.Names);
        await TakeEarlyAsync(manifest.Files, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task TakeEarlyAsync(CheckpointManifestFiles files, CancellationToken cancellationToken)
    {
        foreach (var file in _early.Files)
        {
            if (file.IsDirectory)
            {
                TakeDirectory(file.Path);
            }
            else
            {
                await TakeFileAsync(file.Path, file.Length, null, file.SpooledPath, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var (parent, digests) in _early.Artifacts)
        {
            foreach (var digest in digests)
            {
                var path = $"{parent}/{digest.Name}".TrimStart('/');
                if (Layout!.Files.ContainsKey(path))
                {
                    _present.Add(path);
                    violations.Add(CheckpointRule.Layout, path, null, null, null, "a file with the name of an artifact must come after the manifest to be anything else");
                }
                else if (parent == files.ArtifactsDirectory)
                {
                    TakeArtifact(digest);
                }
                else
                {
                    RefuseUnknown(path);
                }
            }
        }

        if (_early.Unnamed > 0)
        {
            violations.Add(CheckpointRule.Layout, null, null, null, null,
                $"{_early.Unnamed} further members come before the manifest; a checkpoint has ten files besides manifest and artifacts");
        }
    }

    private void TakeDirectory(string path)
    {
        if (!Layout!.HasDirectory(path))
        {
            violations.Add(CheckpointRule.Layout, path, null, null, null, "the directory is none that the layout or the manifest names");
        }
    }

    private void TakeArtifact(ArtifactDigest artifact)
    {
        ArtifactCount++;
        ArtifactBytes += artifact.Length;
        Rows!.AddArtifact(artifact.Name);
        if (!artifact.MatchesName)
        {
            violations.Add(CheckpointRule.Artifact, $"{Manifest!.Files.ArtifactsDirectory}/{artifact.Name}", null, null, null, "the bytes do not hash to the file's name");
        }
    }

    private async Task TakeFileAsync(string path, long length, Stream? content, string? spooled, CancellationToken cancellationToken)
    {
        var role = Layout!.RoleOf(path);
        if (role.Part is MemberPart.Unknown)
        {
            RefuseUnknown(path);
            return;
        }

        _present.Add(path);
        _sizes.Add(new CheckpointMemberSize(path, length));
        if (content is null && spooled is null)
        {
            // Too many files came before the manifest: some of them are foreign, so the archive is invalid without this one.
            return;
        }

        switch (role.Part)
        {
            case MemberPart.Config when IsWithin(path, length, limits.MaxConfigBytes) && keepRows:
                ConfigFile = spooled ?? await MemberSpool.CopyAsync(directory, "config", content!, cancellationToken).ConfigureAwait(false);
                break;
            case MemberPart.Experiment:
                await TakeExperimentAsync(path, length, content, spooled, cancellationToken).ConfigureAwait(false);
                break;
            case MemberPart.Registry when spooled is null && _experimentTaken && !keepRows:
                await CheckRowsAsync(role.Registry, content!, cancellationToken).ConfigureAwait(false);
                break;
            case MemberPart.Registry:
                _rowFiles[role.Registry] = spooled ?? await MemberSpool.CopyAsync(directory, role.ManifestKey, content!, cancellationToken).ConfigureAwait(false);
                break;
            case MemberPart.Bundle:
                Bundle = RepoBundle.FromFile(spooled ?? await MemberSpool.CopyAsync(directory, "repo.bundle", content!, cancellationToken).ConfigureAwait(false));
                break;
        }
    }

    private async Task TakeExperimentAsync(string path, long length, Stream? content, string? spooled, CancellationToken cancellationToken)
    {
        _experimentTaken = true;
        if (!IsWithin(path, length, limits.MaxExperimentBytes))
        {
            return;
        }

        if (content is null)
        {
            var file = MemberSpool.Open(spooled!);
            await using (file.ConfigureAwait(false))
            {
                Experiment = await ReadAllAsync(file, length, cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            Experiment = await ReadAllAsync(content, length, cancellationToken).ConfigureAwait(false);
        }

        Rows!.CheckExperiment(Experiment, Manifest!.ExperimentId);
    }

    private async Task CheckRowsAsync(RegistryKind kind, Stream content, CancellationToken cancellationToken)
    {
        using var lines = new JsonLinesReader(content, Layout!.Names[kind], limits.MaxLineBytes, rowViolations);
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            Rows!.CheckRow(kind, lines.Line, lines.Row.Span);
        }
    }

    private void RefuseUnknown(string path)
        => violations.Add(CheckpointRule.Layout, ArchivePath.Display(path), null, null, null, "the file is none that the layout or the manifest names");

    private bool IsWithin(string path, long length, long limit)
    {
        if (length > limit)
        {
            violations.Add(CheckpointRule.Limit, path, null, null, null, $"the file has {length} bytes; the limit is {limit}");
        }

        return length <= limit;
    }

    private static async Task<byte[]> ReadAllAsync(Stream content, long length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }
}
