namespace Eden.Checkpoint.Model;

/// <summary>The registries' standard file names and manifest keys (§1, §2). No other file spells them.</summary>
internal static class RegistryFiles
{
    public const string Experiment = "experiment.json";

    private static readonly string[] s_files =
        ["tasks.jsonl", "ideas.jsonl", "variants.jsonl", "submissions.jsonl", "events.jsonl", "workers.jsonl", "groups.jsonl"];

    private static readonly string[] s_keys = ["tasks", "ideas", "variants", "submissions", "events", "workers", "groups"];

    /// <summary>Gets every registry in archive order.</summary>
    public static ReadOnlySpan<RegistryKind> Kinds =>
    [
        RegistryKind.Tasks, RegistryKind.Ideas, RegistryKind.Variants, RegistryKind.Submissions,
        RegistryKind.Events, RegistryKind.Workers, RegistryKind.Groups,
    ];

    /// <summary>Gets the number of registries.</summary>
    public static int Count => s_files.Length;

    /// <summary>Returns the standard member name, for example <c>tasks.jsonl</c>.</summary>
    public static string FileName(RegistryKind kind) => s_files[(int)kind];

    /// <summary>Returns the registry's key in the manifest's <c>counts</c> and <c>files</c>, for example <c>tasks</c>.</summary>
    public static string ManifestKey(RegistryKind kind) => s_keys[(int)kind];
}
