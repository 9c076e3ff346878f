using System.Text;
using Eden.Checkpoint.Artifacts;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Comparison;

/// <summary>Tells which allowance, if any, covers a place where two rows of one registry differ. Reusable; not thread-safe.</summary>
/// <param name="findings">Knows what is allowed at all.</param>
/// <param name="isOneWay">Whether only the right side can be an import of the left one.</param>
/// <param name="leftExperiment">The id of the left side's experiment, as its JSON string stands.</param>
/// <param name="rightExperiment">The same of the right side.</param>
internal sealed class RecordAllowances(ComparisonFindings findings, bool isOneWay, byte[] leftExperiment, byte[] rightExperiment)
{
    private bool _claimReverted;

    /// <summary>Gets the registry of the two rows.</summary>
    public RegistryKind Kind { get; private set; }

    /// <summary>Turns to two rows.</summary>
    public void Begin(RegistryKind kind, JsonTokens left, JsonTokens right)
    {
        Kind = kind;
        _claimReverted = kind == RegistryKind.Tasks && findings.Allows(CheckpointAllowances.ClaimReverted)
            && (WasReverted(left, right) || (!isOneWay && WasReverted(right, left)));
    }

    /// <summary>Returns the allowance; <see cref="CheckpointAllowances.None"/> when the rows may not differ there.</summary>
    public CheckpointAllowances For(JsonMismatch mismatch)
    {
        var allowance = Kind switch
        {
            _ when IsOfCredential(mismatch) => CheckpointAllowances.Credentials,
            _ when Kind is not (RegistryKind.Tasks or RegistryKind.Submissions) && mismatch.IsField("experiment_id"u8)
                => NamesOwnExperiments(mismatch) ? CheckpointAllowances.ExperimentId : CheckpointAllowances.None,
            RegistryKind.Tasks => ForTask(mismatch),
            RegistryKind.Ideas or RegistryKind.Variants or RegistryKind.Submissions => ForArtifacts(mismatch),
            RegistryKind.Events when mismatch.IsField("event_id"u8) => CheckpointAllowances.EventId,
            _ => CheckpointAllowances.None,
        };
        return findings.Allows(allowance) ? allowance : CheckpointAllowances.None;
    }

    /// <summary>Tells whether the values at the place are credentials, or hold them.</summary>
    public bool HoldsCredential(JsonMismatch mismatch) => IsOfCredential(mismatch) || IsClaimWithCredential(mismatch);

    private static bool WasReverted(JsonTokens source, JsonTokens imported)
        => source.IsString(source.Find(0, "state"u8), "claimed"u8)
            && source.Find(0, "claim"u8) >= 0
            && imported.IsString(imported.Find(0, "state"u8), "pending"u8)
            && imported.Find(0, "claim"u8) < 0;

    /// <summary>Tells whether a difference is in what exports leave out of rows (spec §4).</summary>
    private bool IsOfCredential(JsonMismatch mismatch)
    {
        var position = Kind == RegistryKind.Tasks ? 1 : 0;
        if (!CredentialFields.Concern(Kind) || (position == 1 && !mismatch.IsName(0, "claim"u8)))
        {
            return false;
        }

        foreach (var name in CredentialFields.Names(Kind))
        {
            if (mismatch.IsName(position, name))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsClaimWithCredential(JsonMismatch mismatch)
        => Kind == RegistryKind.Tasks && mismatch.IsField("claim"u8)
            && (HasToken(mismatch.Left, mismatch.LeftToken) || HasToken(mismatch.Right, mismatch.RightToken));

    private static bool HasToken(JsonTokens tokens, int claim) => CredentialFields.Names(RegistryKind.Tasks).Any(name => tokens.Find(claim, name) >= 0);

    private CheckpointAllowances ForTask(JsonMismatch mismatch)
    {
        if (_claimReverted && (mismatch.IsField("state"u8) || mismatch.IsField("claim"u8)))
        {
            return CheckpointAllowances.ClaimReverted;
        }

        return mismatch.Depth == 2 && mismatch.IsName(0, "payload"u8) && mismatch.IsName(1, "experiment_id"u8)
            && NamesOwnExperiments(mismatch)
            ? CheckpointAllowances.ExperimentId
            : CheckpointAllowances.None;
    }

    private CheckpointAllowances ForArtifacts(JsonMismatch mismatch)
    {
        var isUri = mismatch.IsField("artifacts_uri"u8)
            || (Kind == RegistryKind.Variants && mismatch.IsField("executor_artifacts_uri"u8));
        return isUri && mismatch.Left.IsString(mismatch.LeftToken) && mismatch.Right.IsString(mismatch.RightToken)
            && NameSameBytes(mismatch) != false
            ? CheckpointAllowances.ArtifactUri
            : CheckpointAllowances.None;
    }

    private bool NamesOwnExperiments(JsonMismatch mismatch)
        => mismatch.Left.IsString(mismatch.LeftToken)
            && mismatch.Right.IsString(mismatch.RightToken)
            && JsonStringText.SameText(mismatch.Left.Bytes(mismatch.LeftToken), leftExperiment)
            && JsonStringText.SameText(mismatch.Right.Bytes(mismatch.RightToken), rightExperiment);

    /// <summary>Tells whether two URIs name the same bytes; <see langword="null"/> when one of them does not say.</summary>
    private static bool? NameSameBytes(JsonMismatch mismatch)
        => HashIn(mismatch.Left, mismatch.LeftToken) is { } left && HashIn(mismatch.Right, mismatch.RightToken) is { } right ? left == right : null;

    private static string? HashIn(JsonTokens tokens, int token)
        => ArtifactLocation.TryParseContent(Encoding.UTF8.GetString(JsonStringText.Decode(tokens.Bytes(token))), out var sha256) ? sha256 : null;
}
