using System.Text;
using System.Text.Json.Nodes;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Comparison;

/// <summary>The rows of an experiment that a test may edit, then show as a store or as an archive.</summary>
internal sealed class ComparedExperiment
{
    public const string OtherId = "exp_01zzzzzzzzzzzzzzzzzzzzzzzz";

    private readonly Dictionary<RegistryKind, List<string>> _rows;

    private ComparedExperiment(Dictionary<RegistryKind, List<string>> rows, string experiment)
    {
        _rows = rows;
        Experiment = experiment;
    }

    public string Experiment { get; set; }

    public byte[] Config { get; set; } = "config: 1\n"u8.ToArray();

    public byte[] Bundle { get; set; } = [];

    public DateTimeOffset ExportedAt { get; set; } = new(2026, 5, 2, 3, 4, 5, TimeSpan.Zero);

    public List<string> this[RegistryKind kind] => _rows[kind];

    public static ComparedExperiment Create(int variants = 24, int seed = 1) => From(SyntheticExperiment.WithoutRepository(variants, seed));

    public static ComparedExperiment From(SyntheticExperiment synthetic)
        => new(Enum.GetValues<RegistryKind>().ToDictionary(kind => kind, kind => synthetic[kind].ToList()), synthetic.ExperimentJson);

    public ComparedExperiment Copy()
        => new(_rows.ToDictionary(pair => pair.Key, pair => pair.Value.ToList()), Experiment) { Config = Config, Bundle = Bundle, ExportedAt = ExportedAt };

    /// <summary>Does to a copy what spec §7 says an import does, with a document model and none of the library's code.</summary>
    public ComparedExperiment Imported()
    {
        var copy = Copy();
        var source = (string)JsonNode.Parse(Experiment)!["experiment_id"]!;
        copy.EditExperiment(record =>
        {
            record["experiment_id"] = OtherId;
            record["name"] = "The receivers own name";
            record["imported_from"] = new JsonObject
            {
                ["source_experiment_id"] = source,
                ["checkpoint_exported_at"] = CheckpointManifest.FormatTimestamp(ExportedAt),
                ["checkpoint_format_version"] = "1",
            };
        });
        foreach (var (kind, rows) in copy._rows)
        {
            for (var index = 0; index < rows.Count; index++)
            {
                copy.Edit(kind, index, row => Import(kind, row));
            }
        }

        copy.ExportedAt = ExportedAt.AddDays(1);
        return copy;
    }

    public void EditExperiment(Action<JsonObject> edit)
    {
        var record = JsonNode.Parse(Experiment)!.AsObject();
        edit(record);
        Experiment = record.ToJsonString();
    }

    public void Edit(RegistryKind kind, int index, Action<JsonObject> edit)
    {
        var row = JsonNode.Parse(_rows[kind][index])!.AsObject();
        edit(row);
        _rows[kind][index] = row.ToJsonString();
    }

    /// <summary>Finds the first row whose field has a value.</summary>
    public int Find(RegistryKind kind, string field, string value)
        => _rows[kind].FindIndex(row => JsonNode.Parse(row)![field] is JsonValue found && found.ToString() == value);

    public string Key(RegistryKind kind, int index) => (string)JsonNode.Parse(_rows[kind][index])![KeyName(kind)]!;

    public static string KeyName(RegistryKind kind) => kind switch
    {
        RegistryKind.Tasks or RegistryKind.Submissions => "task_id",
        RegistryKind.Ideas => "idea_id",
        RegistryKind.Variants => "variant_id",
        RegistryKind.Events => "event_id",
        RegistryKind.Workers => "worker_id",
        _ => "group_id",
    };

    public CheckpointComparisonSource AsStore(string name = "store", string? repositoryPath = null)
        => CheckpointComparisonSource.FromStore(new RowStore(this), repositoryPath, name);

    public CheckpointComparisonSource AsArchive(string name = "archive") => CheckpointComparisonSource.FromArchive(ToArchive(), name);

    /// <summary>Writes an archive with the library's writer, rows in the order that they have here.</summary>
    public MemoryStream ToArchive()
    {
        var archive = new MemoryStream();
        var manifest = new JsonObject
        {
            ["checkpoint_format_version"] = "1",
            ["spec_version"] = "v0",
            ["experiment_id"] = (string)JsonNode.Parse(Experiment)!["experiment_id"]!,
            ["exported_at"] = CheckpointManifest.FormatTimestamp(ExportedAt),
            ["requires_credential_reissue"] = true,
            ["counts"] = new JsonObject(_rows.Select(pair => KeyValuePair.Create(Name(pair.Key), (JsonNode?)pair.Value.Count))),
            ["files"] = new JsonObject(
            [
                KeyValuePair.Create("experiment_config", (JsonNode?)"experiment-config.yaml"),
                KeyValuePair.Create("experiment", (JsonNode?)"experiment.json"),
                .. _rows.Keys.Select(kind => KeyValuePair.Create(Name(kind), (JsonNode?)$"{Name(kind)}.jsonl")),
                KeyValuePair.Create("repo_bundle", (JsonNode?)"repo.bundle"),
                KeyValuePair.Create("artifacts_dir", (JsonNode?)"artifacts/sha256"),
            ]),
        };
        var tar = new RawTar()
            .Member("checkpoint/manifest.json", Encoding.UTF8.GetBytes(manifest.ToJsonString()))
            .Member("checkpoint/experiment-config.yaml", Config)
            .Member("checkpoint/experiment.json", Encoding.UTF8.GetBytes(Experiment));
        foreach (var (kind, rows) in _rows)
        {
            tar.Member($"checkpoint/{Name(kind)}.jsonl", Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => row + "\n"))));
        }

        tar.Member("checkpoint/repo.bundle", Bundle);
        archive.Write(tar.End());
        archive.Position = 0;
        return archive;
    }

    private static string Name(RegistryKind kind) => kind.ToString().ToLowerInvariant();

    private static void Import(RegistryKind kind, JsonObject row)
    {
        if (row.ContainsKey("experiment_id"))
        {
            row["experiment_id"] = OtherId;
        }

        if (kind == RegistryKind.Tasks && row["payload"]!.AsObject().ContainsKey("experiment_id"))
        {
            row["payload"]!["experiment_id"] = OtherId;
        }

        if (kind == RegistryKind.Tasks && (string)row["state"]! == "claimed")
        {
            row["state"] = "pending";
            row.Remove("claim");
        }
    }
}
