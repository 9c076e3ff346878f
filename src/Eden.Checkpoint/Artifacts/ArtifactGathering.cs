using System.Buffers;
using System.Security.Cryptography;
using Eden.Checkpoint.Rows;
using Eden.Checkpoint.Validation;

namespace Eden.Checkpoint.Artifacts;

/// <summary>Collects the bytes of an experiment's artifacts for an archive and rewrites the spooled rows that name them (§7). Used once.</summary>
/// <remarks>Streams: an artifact is hashed while it goes to the spool, and stored once however many rows name it. Nothing but a bounded
/// cache of recent URIs is held in memory.</remarks>
internal sealed class ArtifactGathering(
    IArtifactSource source, TemporaryDirectory spool, CheckpointLimits limits, ViolationList violations)
{
    private const int MaxRemembered = 8192;
    private const string Folder = "artifacts";
    private const string UriPrefix = "checkpoint:sha256:";

    /// <summary>What a URI became; <see langword="null"/> when the source does not serve it and it travels verbatim.</summary>
    private readonly Dictionary<string, string?> _recent = new(StringComparer.Ordinal);

    /// <summary>Gets the number of distinct artifacts.</summary>
    public long Count { get; private set; }

    /// <summary>Gets the bytes of all distinct artifacts together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Gets how many URIs of rows the source does not serve: they travel verbatim.</summary>
    public long Verbatim { get; private set; }

    /// <summary>Gathers what the rows of one spooled registry name, and replaces its file with one that names the archive's own copies.</summary>
    public async Task GatherAsync(RegistryKind kind, CancellationToken cancellationToken)
    {
        if (!ArtifactUriRewriter.Concerns(kind))
        {
            return;
        }

        var name = RegistryFiles.FileName(kind);
        var rewrittenName = name + ".rewritten";
        var uris = new List<string>();
        var row = new ArrayBufferWriter<byte>();
        var input = spool.OpenFile(name);
        await using (input.ConfigureAwait(false))
        {
            using var lines = new JsonLinesReader(input, name, limits, violations);
            var output = spool.CreateFile(rewrittenName);
            await using (output.ConfigureAwait(false))
            {
                while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (_recent.Count >= MaxRemembered)
                    {
                        // Between rows only: what a row names must still be known when it is rewritten.
                        _recent.Clear();
                    }

                    uris.Clear();
                    ArtifactUriRewriter.Collect(kind, lines.Row.Span, uris);
                    foreach (var uri in uris)
                    {
                        await RememberAsync(uri, name, lines.Line, cancellationToken).ConfigureAwait(false);
                    }

                    row.ResetWrittenCount();
                    var changed = ArtifactUriRewriter.Rewrite(kind, lines.Row.Span, uri => _recent[uri], row);
                    await output.WriteAsync(changed ? row.WrittenMemory : lines.Row, cancellationToken).ConfigureAwait(false);
                    await output.WriteAsync(s_newline, cancellationToken).ConfigureAwait(false);
                }

                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        File.Move(spool.File(rewrittenName), spool.File(name), overwrite: true);
    }

    /// <summary>Lists the artifacts in the order of their hashes: name and file. One part of them is looked at a time.</summary>
    public IEnumerable<(string Sha256, string File)> Files()
    {
        for (var part = 0; part < 256; part++)
        {
            var folder = Path.Combine(spool.File(Folder), part.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            if (!Directory.Exists(folder))
            {
                continue;
            }

            foreach (var name in Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal))
            {
                yield return (name, Path.Combine(folder, name));
            }
        }
    }

    private async Task RememberAsync(string uri, string member, long line, CancellationToken cancellationToken)
    {
        if (_recent.ContainsKey(uri))
        {
            return;
        }

        try
        {
            var content = await source.OpenAsync(uri, cancellationToken).ConfigureAwait(false);
            if (content is null)
            {
                Verbatim++;
                _recent.Add(uri, null);
                return;
            }

            await using (content.ConfigureAwait(false))
            {
                _recent.Add(uri, UriPrefix + await TakeAsync(content, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (CheckpointInvalidException invalid)
        {
            // Gone on with, so that every artifact that is missing is named.
            foreach (var violation in invalid.Violations)
            {
                violations.Add(violation with { Member = member, Line = line });
            }

            _recent.TryAdd(uri, null);
        }
    }

    private async Task<string> TakeAsync(Stream content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(spool.File(Folder));
        var aside = Path.Combine(spool.File(Folder), "incoming");
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long length = 0;
            File.Delete(aside);
            var file = TemporaryDirectory.CreateFile(aside, FileAccess.Write);
            await using (file.ConfigureAwait(false))
            {
                int read;
                while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    length += read;
                }

                await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            var name = Convert.ToHexStringLower(hash.GetHashAndReset());
            var folder = Path.Combine(spool.File(Folder), name[..2]);
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(folder);
                File.Move(aside, path);
                Count++;
                Bytes += length;
            }

            return name;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static readonly byte[] s_newline = "\n"u8.ToArray();
}
