using System.Globalization;

namespace Eden.Checkpoint.Format.Rows.Keys;

/// <summary>Where in the archive each use of a key stands.</summary>
internal static class KeyPlaces
{
    public static string Noun(KeySpace space) => space switch
    {
        KeySpace.Task => "task",
        KeySpace.Idea => "idea",
        KeySpace.Variant => "variant",
        KeySpace.Event => "event",
        KeySpace.Worker => "worker",
        KeySpace.Group or KeySpace.GroupName => "group",
        _ => "artifact",
    };

    public static RegistryKind Registry(KeyRecord record) => record.Use switch
    {
        KeyUse.Definition => record.Space switch
        {
            KeySpace.Task => RegistryKind.Tasks,
            KeySpace.Idea => RegistryKind.Ideas,
            KeySpace.Variant => RegistryKind.Variants,
            KeySpace.Event => RegistryKind.Events,
            KeySpace.Worker => RegistryKind.Workers,
            _ => RegistryKind.Groups,
        },
        KeyUse.LiveTask or KeyUse.EndedTask => RegistryKind.Tasks,
        KeyUse.IdeaArtifact => RegistryKind.Ideas,
        KeyUse.GroupName => RegistryKind.Groups,
        KeyUse.VariantIdea or KeyUse.VariantArtifact or KeyUse.VariantExecutorArtifact => RegistryKind.Variants,
        _ => RegistryKind.Submissions,
    };

    public static string Field(KeyRecord record) => record.Use switch
    {
        KeyUse.Definition => $"{Noun(record.Space)}_id",
        KeyUse.SubmissionTask => "task_id",
        KeyUse.LiveTask or KeyUse.EndedTask => record.Space == KeySpace.Idea ? "payload.idea_id" : "payload.variant_id",
        KeyUse.VariantIdea => "idea_id",
        KeyUse.SubmissionIdeas => string.Create(CultureInfo.InvariantCulture, $"idea_ids[{record.Index}]"),
        KeyUse.SubmissionVariant => "variant_id",
        KeyUse.VariantExecutorArtifact => "executor_artifacts_uri",
        KeyUse.GroupName => "name",
        _ => "artifacts_uri",
    };
}
