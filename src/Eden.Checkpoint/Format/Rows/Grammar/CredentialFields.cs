using System.Buffers;
using System.Text;
using System.Text.Json;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>The fields under which stores hold credentials (§4). Readers refuse them, exporters leave them out; their values are never shown.</summary>
internal static class CredentialFields
{
    /// <summary>The token of a task's claim.</summary>
    public const string ClaimToken = "token";

    private const string Claim = "claim";

    private static readonly byte[] s_claim = Encoding.UTF8.GetBytes(Claim);
    private static readonly byte[][] s_ofWorkers = [.. OfWorkers.Select(Encoding.UTF8.GetBytes)];
    private static readonly byte[][] s_ofClaims = [Encoding.UTF8.GetBytes(ClaimToken)];

    /// <summary>Gets the names in the records of workers: "never a credential or its hash".</summary>
    public static string[] OfWorkers => ["credential", "credential_hash", "auth_credential_hash", "registration_token"];

    /// <summary>Tells whether rows of a registry may hold credentials.</summary>
    public static bool Concern(RegistryKind kind) => kind is RegistryKind.Tasks or RegistryKind.Workers;

    /// <summary>Writes a row without its credentials, those that stand there twice too; every other byte stays.</summary>
    /// <param name="kind">A registry whose rows may hold credentials.</param>
    /// <param name="row">The row.</param>
    /// <param name="destination">Takes what is left.</param>
    /// <returns><see langword="false"/> when the row is no JSON object and its text names such a field, so that what it holds cannot be told.</returns>
    public static bool TryLeaveOut(RegistryKind kind, ReadOnlySpan<byte> row, ArrayBufferWriter<byte> destination)
    {
        destination.ResetWrittenCount();
        try
        {
            return LeaveOut(kind, row, destination) || !MayHold(kind, row);
        }
        catch (JsonException)
        {
            destination.ResetWrittenCount();
            destination.Write(row);
            return !MayHold(kind, row);
        }
    }

    /// <summary>Returns the names of the fields in the object that may hold them: a worker's record, a task's claim.</summary>
    public static byte[][] Names(RegistryKind kind) => kind == RegistryKind.Workers ? s_ofWorkers : s_ofClaims;

    private static bool IsCredential(RegistryKind kind, ReadOnlySpan<byte> name)
    {
        foreach (var field in Names(kind))
        {
            if (name.SequenceEqual(field))
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>Whether the row is an object.</returns>
    private static bool LeaveOut(RegistryKind kind, ReadOnlySpan<byte> row, ArrayBufferWriter<byte> destination)
    {
        // The object that may hold credentials: a worker's record, a task's claim.
        var depth = kind == RegistryKind.Workers ? 1 : 2;
        var isInside = kind == RegistryKind.Workers;
        var isClaim = false;
        var hasKept = false;
        var copied = 0;
        var cut = -1;
        var end = 0;
        var isObject = false;
        var reader = new Utf8JsonReader(row, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            if (cut >= 0)
            {
                // What was first in its object goes with the comma behind it.
                destination.Write(row[copied..cut]);
                copied = start;
                cut = -1;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Name(ref reader);
                isClaim = reader.CurrentDepth == 1 && name.SequenceEqual(s_claim);
                if (isInside && reader.CurrentDepth == depth)
                {
                    if (!IsCredential(kind, name))
                    {
                        hasKept = true;
                    }
                    else
                    {
                        reader.Read();
                        reader.Skip();
                        if (hasKept)
                        {
                            // Anything else goes with the comma before it.
                            destination.Write(row[copied..end]);
                            copied = (int)reader.BytesConsumed;
                        }
                        else
                        {
                            cut = start;
                        }
                    }
                }
            }
            else if (end == 0)
            {
                isObject = reader.TokenType == JsonTokenType.StartObject;
            }
            else if (kind == RegistryKind.Tasks && reader.CurrentDepth == 1)
            {
                isInside = isClaim && reader.TokenType == JsonTokenType.StartObject;
                hasKept = false;
                isClaim = false;
            }

            end = (int)reader.BytesConsumed;
        }

        destination.Write(row[copied..]);
        return isObject;
    }

    private static bool MayHold(RegistryKind kind, ReadOnlySpan<byte> row)
    {
        // However the name may be escaped.
        var text = new byte[row.Length];
        var unescaped = text.AsSpan(0, JsonText.Unescape(row, text));
        foreach (var field in Names(kind))
        {
            if (unescaped.IndexOf(field) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> Name(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, JsonText.Unescape(reader.ValueSpan, text));
    }
}
