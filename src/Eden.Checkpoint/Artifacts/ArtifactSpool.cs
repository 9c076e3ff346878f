using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Eden.Shared;

namespace Eden.Checkpoint.Artifacts;

/// <summary>The bytes of artifacts in one operation's private directory: each once, named by its hash. Not thread-safe.</summary>
/// <remarks>What a sink made of them is kept in files too, so that no memory is needed for it.</remarks>
internal sealed class ArtifactSpool(TemporaryDirectory directory)
{
    private const int BufferBytes = 1 << 16;
    private const int Parts = 256;

    private readonly string _folder = directory.File("artifacts");
    private readonly string _stored = directory.File("artifacts-stored");
    private readonly string _refused = directory.File("artifacts-refused");

    /// <summary>Copies bytes in and hashes them on the way.</summary>
    public async Task<SpooledArtifact> TakeAsync(Stream content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        var aside = Path.Combine(_folder, "incoming");
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
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
            var path = PathOf(name);
            var isNew = !File.Exists(path);
            if (isNew)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.Move(aside, path);
            }

            return new SpooledArtifact(name, length, isNew);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Tells whether there are bytes of a hash.</summary>
    public bool Has(string sha256) => File.Exists(PathOf(sha256));

    /// <summary>Opens the bytes of a hash.</summary>
    public FileStream Open(string sha256) => TemporaryDirectory.OpenFileAt(PathOf(sha256));

    /// <summary>Keeps what a sink made of the bytes of a hash, and lets go of them.</summary>
    public async Task SettleAsync(string sha256, ArtifactStanding standing, CancellationToken cancellationToken)
    {
        var (path, text) = standing is ArtifactStanding.Stored stored ? (PathIn(_stored, sha256), stored.Uri) : (PathIn(_refused, sha256), string.Empty);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text, cancellationToken).ConfigureAwait(false);
        File.Delete(PathOf(sha256));
    }

    /// <summary>Finds what a sink made of the bytes of a hash; <see langword="null"/> while none was asked.</summary>
    public async Task<ArtifactStanding?> FindStandingAsync(string sha256, CancellationToken cancellationToken)
    {
        if (PathIn(_stored, sha256) is var stored && File.Exists(stored))
        {
            return new ArtifactStanding.Stored(await File.ReadAllTextAsync(stored, cancellationToken).ConfigureAwait(false));
        }

        return File.Exists(PathIn(_refused, sha256)) ? new ArtifactStanding.Refused() : null;
    }

    /// <summary>Lists the artifacts in the order of their hashes: name and file. One part of them is looked at a time.</summary>
    public IEnumerable<(string Sha256, string File)> Files()
    {
        for (var part = 0; part < Parts; part++)
        {
            var folder = Path.Combine(_folder, part.ToString("x2", CultureInfo.InvariantCulture));
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

    private string PathOf(string sha256) => PathIn(_folder, sha256);

    private static string PathIn(string folder, string sha256) => Path.Combine(folder, sha256[..2], sha256);
}
