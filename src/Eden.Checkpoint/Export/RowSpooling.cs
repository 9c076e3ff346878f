using System.Buffers;
using System.Globalization;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;
using Eden.Checkpoint.Model;
using Eden.Shared;

namespace Eden.Checkpoint.Export;

/// <summary>Checks the rows of a snapshot and writes them to the spool as the archive will have them: compact, one a line, without credentials.
/// Not thread-safe.</summary>
internal sealed class RowSpooling(
    RowSetChecker checker, ViolationList violations, ViolationList warnings, TemporaryDirectory spool, CheckpointLimits limits, IProgress<CheckpointProgress>? progress)
{
    private const int ProgressInterval = 4096;

    private static readonly byte[] s_newline = "\n"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _stripped = new();
    private readonly ArrayBufferWriter<byte> _minified = new();

    /// <summary>Gets the length of the longest line, in bytes.</summary>
    public int LongestLine { get; private set; }

    /// <summary>Spools one registry.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="kind">The registry.</param>
    /// <param name="before">How many rows of other registries were spooled before, for the progress.</param>
    /// <param name="cancellationToken">Observed for every row.</param>
    /// <returns>The number of rows written.</returns>
    public async Task<long> SpoolAsync(IStoreSnapshot snapshot, RegistryKind kind, long before, CancellationToken cancellationToken)
    {
        var name = RegistryFiles.FileName(kind);
        var line = 0L;
        var file = spool.CreateFile(name);
        await using (file.ConfigureAwait(false))
        {
            await foreach (var row in snapshot.ReadRowsAsync(kind, cancellationToken).ConfigureAwait(false))
            {
                line++;
                var bytes = Render(kind, name, line, row);
                if (bytes is not { } rendered)
                {
                    // Its place in the numbering is the next row's.
                    line--;
                    continue;
                }

                await file.WriteAsync(rendered, cancellationToken).ConfigureAwait(false);
                await file.WriteAsync(s_newline, cancellationToken).ConfigureAwait(false);
                if (line % ProgressInterval == 0)
                {
                    progress?.Report(new CheckpointProgress(CheckpointPhase.Snapshot, before + line, null, name));
                }
            }

            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        return line;
    }

    /// <summary>Returns the row's bytes for the archive; <see langword="null"/> for one that is left out.</summary>
    private ReadOnlyMemory<byte>? Render(RegistryKind kind, string name, long line, ReadOnlyMemory<byte> row)
    {
        var form = checker.CheckRow(kind, line, row.Span);
        if (form.MayHoldCredential && CredentialFields.Concern(kind))
        {
            if (!CredentialFields.TryLeaveOut(kind, row.Span, _stripped))
            {
                warnings.Add(CheckpointRule.Record, name, line, null, null, "the row was left out of the archive: it is no JSON object, and its text names a credential");
                return null;
            }

            row = _stripped.WrittenMemory;
        }

        if (!form.IsCompact)
        {
            _minified.ResetWrittenCount();
            JsonMinifier.Minify(row.Span, _minified);
            row = form.IsRead ? _minified.WrittenMemory : OnOneLine(_minified.WrittenSpan);
        }

        LongestLine = Math.Max(LongestLine, row.Length);
        if (row.Length > limits.MaxLineBytes)
        {
            violations.Add(CheckpointRule.Limit, name, line, null, null, string.Create(
                CultureInfo.InvariantCulture, $"the line is longer than {limits.MaxLineBytes} bytes"));
        }

        return row;
    }

    /// <summary>What is no JSON may hold line ends anywhere.</summary>
    private static byte[] OnOneLine(ReadOnlySpan<byte> row)
    {
        var line = row.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        return line;
    }
}
