using System.Buffers;
using System.Globalization;
using Eden.Checkpoint.Rows;
using Eden.Checkpoint.Validation;

namespace Eden.Checkpoint.Artifacts;

/// <summary>Gives the rows of spooled registries other artifact URIs (§7), the same one wherever a URI stands. Not thread-safe.</summary>
/// <remarks>Nothing but a row and a bounded table of recent URIs is held in memory: an old URI may be asked for again.</remarks>
/// <param name="replace">Gives what a URI becomes; <see langword="null"/> to let it stand.</param>
/// <param name="maxLineBytes">The longest line that rows were checked for.</param>
/// <param name="violations">Takes rows that the new URIs make longer than that; <see langword="null"/> to let them be.</param>
internal sealed class SpooledArtifactUris(
    Func<ArtifactUse, CancellationToken, ValueTask<string?>> replace, int maxLineBytes, ViolationList? violations = null)
{
    private const int MaxRemembered = 8192;

    private static readonly byte[] s_newline = "\n"u8.ToArray();

    private readonly Dictionary<string, string?> _recent = new(StringComparer.Ordinal);
    private readonly List<string> _uris = [];
    private readonly ArrayBufferWriter<byte> _row = new();
    private int _longest;

    /// <summary>Gets the length of the longest line written, or the limit on lines if that is more.</summary>
    public int LongestLine => Math.Max(maxLineBytes, _longest);

    /// <summary>Rewrites the file of one registry in its place. Its rows must have passed the row checker.</summary>
    /// <param name="kind">The registry; one whose rows hold no artifact URIs stays as it is.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Observed for every row.</param>
    public async Task RewriteAsync(RegistryKind kind, string path, CancellationToken cancellationToken)
    {
        if (!ArtifactUriRewriter.Concerns(kind))
        {
            return;
        }

        var member = RegistryFiles.FileName(kind);
        var rewritten = path + ".rewritten";
        var input = TemporaryDirectory.OpenFileAt(path);
        await using (input.ConfigureAwait(false))
        {
            // The lines were checked before.
            using var lines = new JsonLinesReader(input, member, maxLineBytes, new ViolationList(1));
            var output = TemporaryDirectory.CreateFile(rewritten, FileAccess.Write);
            await using (output.ConfigureAwait(false))
            {
                while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    await LookUpAsync(kind, lines.Row, member, lines.Line, cancellationToken).ConfigureAwait(false);
                    _row.ResetWrittenCount();
                    var row = ArtifactUriRewriter.Rewrite(kind, lines.Row.Span, uri => _recent[uri], _row) ? _row.WrittenMemory : lines.Row;
                    _longest = Math.Max(_longest, row.Length);
                    if (row.Length > maxLineBytes)
                    {
                        violations?.Add(CheckpointRule.Limit, member, lines.Line, null, null, string.Create(
                            CultureInfo.InvariantCulture, $"the line is longer than {maxLineBytes} bytes with the URIs that its artifacts get"));
                    }

                    await output.WriteAsync(row, cancellationToken).ConfigureAwait(false);
                    await output.WriteAsync(s_newline, cancellationToken).ConfigureAwait(false);
                }

                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        File.Move(rewritten, path, overwrite: true);
    }

    private async ValueTask LookUpAsync(RegistryKind kind, ReadOnlyMemory<byte> row, string member, long line, CancellationToken cancellationToken)
    {
        if (_recent.Count >= MaxRemembered)
        {
            // Between rows only: what a row names must still be known when it is rewritten.
            _recent.Clear();
        }

        _uris.Clear();
        ArtifactUriRewriter.Collect(kind, row.Span, _uris);
        foreach (var uri in _uris)
        {
            if (!_recent.ContainsKey(uri))
            {
                _recent.Add(uri, await replace(new ArtifactUse(uri, member, line), cancellationToken).ConfigureAwait(false));
            }
        }
    }
}
