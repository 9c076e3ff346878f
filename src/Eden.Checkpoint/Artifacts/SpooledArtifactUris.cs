using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Artifacts;

/// <summary>Gives the rows of spooled registries other artifact URIs (§7), the same one wherever a URI stands. Not thread-safe.</summary>
/// <remarks>Nothing but a row and a bounded table of recent URIs is held in memory: an old URI may be asked for again.</remarks>
/// <param name="replace">Gives what becomes of a URI. What is no URI stays as it is, without a question.</param>
/// <param name="maxLineBytes">The longest line that rows were checked for.</param>
/// <param name="report">Takes what is wrong with rows: their artifacts, or that the new URIs make them too long; <see langword="null"/> to let them be.</param>
internal sealed class SpooledArtifactUris(
    Func<ArtifactUse, CancellationToken, ValueTask<ArtifactOutcome>> replace, int maxLineBytes, Action<ArtifactUse, CheckpointViolation>? report = null)
{
    private const int MaxRemembered = 8192;

    private static readonly byte[] s_newline = "\n"u8.ToArray();

    private readonly Dictionary<string, ArtifactOutcome> _recent = new(StringComparer.Ordinal);
    private readonly List<string> _uris = [];
    private readonly ArrayBufferWriter<byte> _row = new();
    private int _longest;

    /// <summary>Gets the length of the longest line written, or the limit on lines if that is more.</summary>
    public int LongestLine => Math.Max(maxLineBytes, _longest);

    /// <summary>Rewrites the file of one registry in its place. A row that is no JSON stays as it is.</summary>
    /// <param name="kind">The registry; one whose rows hold no artifact URIs stays as it is.</param>
    /// <param name="path">The file.</param>
    /// <param name="longestLine">The longest line that it has, if longer than rows should be.</param>
    /// <param name="cancellationToken">Observed for every row.</param>
    public async Task RewriteAsync(RegistryKind kind, string path, int longestLine, CancellationToken cancellationToken)
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
            using var lines = new JsonLinesReader(input, member, Math.Max(maxLineBytes, longestLine), new ViolationList(1));
            var output = TemporaryDirectory.CreateFile(rewritten, FileAccess.Write);
            await using (output.ConfigureAwait(false))
            {
                while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var row = await ReplaceAsync(kind, lines.Row, lines.Line, cancellationToken).ConfigureAwait(false);
                    _longest = Math.Max(_longest, row.Length);

                    await output.WriteAsync(row, cancellationToken).ConfigureAwait(false);
                    await output.WriteAsync(s_newline, cancellationToken).ConfigureAwait(false);
                }

                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        File.Move(rewritten, path, overwrite: true);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReplaceAsync(RegistryKind kind, ReadOnlyMemory<byte> row, long line, CancellationToken cancellationToken)
    {
        try
        {
            await LookUpAsync(kind, row, line, cancellationToken).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            // Only an export that was told to take broken rows gets here.
            return row;
        }

        _row.ResetWrittenCount();
        if (!ArtifactUriRewriter.Rewrite(kind, row.Span, uri => (_recent.GetValueOrDefault(uri) as ArtifactOutcome.Replaced)?.Uri, _row))
        {
            return row;
        }

        if (_row.WrittenCount > maxLineBytes && row.Length <= maxLineBytes)
        {
            var member = RegistryFiles.FileName(kind);
            report?.Invoke(new ArtifactUse(string.Empty, kind, line), new CheckpointViolation(CheckpointRule.Limit, member, line, null, null, string.Create(
                CultureInfo.InvariantCulture, $"the line is longer than {maxLineBytes} bytes with the URIs that its artifacts get")));
        }

        return _row.WrittenMemory;
    }

    private async ValueTask LookUpAsync(RegistryKind kind, ReadOnlyMemory<byte> row, long line, CancellationToken cancellationToken)
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
            if (!UriGrammar.IsUri(Encoding.UTF8.GetBytes(uri)))
            {
                continue;
            }

            var use = new ArtifactUse(uri, kind, line);
            if (!_recent.TryGetValue(uri, out var outcome))
            {
                outcome = await replace(use, cancellationToken).ConfigureAwait(false);
                _recent.Add(uri, outcome);
            }

            if (outcome is ArtifactOutcome.Faulty faulty)
            {
                foreach (var fault in faulty.Violations)
                {
                    report?.Invoke(use, fault with { Member = RegistryFiles.FileName(kind), Line = line });
                }
            }
        }
    }
}
