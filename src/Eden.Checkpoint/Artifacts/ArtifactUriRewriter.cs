using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Artifacts;

/// <summary>Finds and replaces the artifact URIs of rows: <c>artifacts_uri</c> of ideas, variants and submissions, <c>executor_artifacts_uri</c>
/// of variants (§7). One forward pass over the bytes; every other byte stays as it is.</summary>
/// <remarks>Rows are JSON objects; anything else is a <see cref="JsonException"/>.</remarks>
internal static class ArtifactUriRewriter
{
    /// <summary>Tells whether rows of a registry hold artifact URIs.</summary>
    public static bool Concerns(RegistryKind kind) => kind is RegistryKind.Ideas or RegistryKind.Variants or RegistryKind.Submissions;

    /// <summary>Adds a row's artifact URIs to a collection, escapes decoded.</summary>
    public static void Collect(RegistryKind kind, ReadOnlySpan<byte> row, ICollection<string> uris)
    {
        var reader = new Utf8JsonReader(row, s_options);
        while (TryFindNext(kind, ref reader))
        {
            uris.Add(Text(ref reader));
        }
    }

    /// <summary>Writes a row with its artifact URIs replaced.</summary>
    /// <param name="kind">The registry.</param>
    /// <param name="row">The row.</param>
    /// <param name="resolve">Gives the replacement of a URI; <see langword="null"/> to keep it as it stands.</param>
    /// <param name="destination">Takes the new row; nothing is written when nothing is replaced.</param>
    /// <returns>Whether anything was replaced; if not, the row itself is what is wanted.</returns>
    public static bool Rewrite(RegistryKind kind, ReadOnlySpan<byte> row, Func<string, string?> resolve, IBufferWriter<byte> destination)
    {
        var reader = new Utf8JsonReader(row, s_options);
        var copied = 0;
        while (TryFindNext(kind, ref reader))
        {
            if (resolve(Text(ref reader)) is not { } replacement)
            {
                continue;
            }

            var start = (int)reader.TokenStartIndex + 1;
            destination.Write(row[copied..start]);
            destination.Write(JsonEncodedText.Encode(replacement, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            copied = start + reader.ValueSpan.Length;
        }

        if (copied == 0)
        {
            return false;
        }

        destination.Write(row[copied..]);
        return true;
    }

    /// <summary>Moves to the string of the next artifact URI among the row's own members.</summary>
    private static bool TryFindNext(RegistryKind kind, ref Utf8JsonReader reader)
    {
        if (!Concerns(kind))
        {
            return false;
        }

        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var isUri = reader.ValueTextEquals("artifacts_uri"u8)
                || (kind == RegistryKind.Variants && reader.ValueTextEquals("executor_artifacts_uri"u8));
            reader.Read();
            if (isUri && reader.TokenType == JsonTokenType.String)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    /// <summary>Decodes a string; half a surrogate pair becomes U+FFFD.</summary>
    private static string Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }

        var text = new byte[reader.ValueSpan.Length];
        return Encoding.UTF8.GetString(text.AsSpan(0, JsonText.Unescape(reader.ValueSpan, text)));
    }

    // The row checker has bounded the depth already.
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = int.MaxValue };
}
