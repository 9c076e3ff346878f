using System.Text.Json;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>The result of an import as JSON. Tokens are never part of it.</summary>
internal static class ImportJson
{
    public static void Write(Utf8JsonWriter json, CheckpointImportResult result, IReadOnlyList<string> warnings)
    {
        json.WriteString("experiment_id", result.ExperimentId);
        json.WriteString("source_experiment_id", result.Manifest.ExperimentId);
        json.WriteString("exported_at", result.Manifest.ExportedAt);
        json.WriteStartObject("rows");
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            json.WriteNumber(kind.ToString().ToLowerInvariant(), result.RowCounts[kind]);
        }

        json.WriteEndObject();
        json.WriteNumber("revertedClaims", result.RevertedClaims);
        json.WriteNumber("artifacts", result.ArtifactCount);
        json.WriteNumber("artifactBytes", result.ArtifactBytes);
        json.WriteNumber("credentials", result.Credentials.Count);
        json.WriteBoolean("credentialsWritten", result.CredentialsWritten);
        json.WriteString("repository", result.RepositoryPath);
        if (result.Push is { } push)
        {
            json.WriteStartObject("push");
            PushJson.Write(json, push);
            json.WriteEndObject();
        }

        ReportJson.WriteStrings(json, "warnings", warnings);
    }
}
