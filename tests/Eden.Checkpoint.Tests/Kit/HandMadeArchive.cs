using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A checkpoint put together member by member: valid as it starts, then broken one rule at a time. Its tar is made by
/// <see cref="RawTar"/>, so it shares no code with what it tests.</summary>
internal sealed class HandMadeArchive
{
    public const string Experiment = "exp_01hqs3m4n5p6q7r8s9t0v1w2x3";
    public const string OtherExperiment = "exp_01hqs3m4n5p6q7r8s9t0v1w2x4";
    public const string Ann = "wkr_01hqs3m4n5p6q7r8s9t0v1w2a1";
    public const string Bob = "wkr_01hqs3m4n5p6q7r8s9t0v1w2b2";
    public const string Team = "grp_01hqs3m4n5p6q7r8s9t0v1w2c3";
    public const string Club = "grp_01hqs3m4n5p6q7r8s9t0v1w2d4";
    public const string Commit = "1111111111111111111111111111111111111111";
    public const string Integrated = "2222222222222222222222222222222222222222";
    public const string Base = "3333333333333333333333333333333333333333";
    public const string Time = "2026-11-23T10:44:07.921000Z";

    private readonly List<(string Path, byte[] Content)> _members = [];

    public HandMadeArchive()
    {
        Manifest = JsonNode.Parse($$$"""
            {"checkpoint_format_version":"1","spec_version":"v0","experiment_id":"{{{Experiment}}}","exported_at":"{{{Time}}}",
             "exporter":{"implementation":"by hand","atomicity_mechanism":"transactional_snapshot"},"requires_credential_reissue":true,
             "counts":{"tasks":3,"ideas":1,"variants":2,"submissions":2,"events":3,"workers":2,"groups":2},
             "files":{"experiment_config":"experiment-config.yaml","experiment":"experiment.json","tasks":"tasks.jsonl","ideas":"ideas.jsonl",
              "variants":"variants.jsonl","submissions":"submissions.jsonl","events":"events.jsonl","workers":"workers.jsonl","groups":"groups.jsonl",
              "repo_bundle":"repo.bundle","artifacts_dir":"artifacts/sha256"}}
            """)!.AsObject();
        Set("manifest.json", string.Empty);
        Set("experiment-config.yaml", "a: 1\n");
        Set("experiment.json", $$$"""{"experiment_id":"{{{Experiment}}}","state":"running","created_at":"{{{Time}}}","base_commit_sha":"{{{Base}}}","name":"By hand","dispatch_mode":{"integration":"auto"}}""");
        Rows(
            "tasks.jsonl",
            $$$"""{"task_id":"t-1","kind":"ideation","state":"completed","payload":{"experiment_id":"{{{Experiment}}}"},"created_at":"{{{Time}}}","updated_at":"{{{Time}}}"}""",
            $$$"""{"task_id":"t-2","kind":"execution","state":"submitted","payload":{"idea_id":"i-1"},"submitted_by":"{{{Ann}}}","claim":{"worker_id":"{{{Ann}}}","claimed_at":"{{{Time}}}"},"created_at":"{{{Time}}}","updated_at":"{{{Time}}}"}""",
            $$$"""{"task_id":"t-3","kind":"evaluation","state":"pending","payload":{"variant_id":"v-1"},"target":{"kind":"group","id":"{{{Team}}}"},"created_by":"admin","created_at":"{{{Time}}}","updated_at":"{{{Time}}}"}""");
        Rows(
            "ideas.jsonl",
            $$$"""{"idea_id":"i-1","experiment_id":"{{{Experiment}}}","slug":"first-idea","priority":1.5,"parent_commits":["{{{Base}}}"],"artifacts_uri":"file:///tmp/a","state":"dispatched","created_at":"{{{Time}}}","created_by":"{{{Ann}}}"}""");
        Rows(
            "variants.jsonl",
            $$$"""{"variant_id":"v-0","experiment_id":"{{{Experiment}}}","kind":"baseline","status":"success","parent_commits":["{{{Base}}}"],"started_at":"{{{Time}}}"}""",
            $$$"""{"variant_id":"v-1","experiment_id":"{{{Experiment}}}","idea_id":"i-1","status":"success","parent_commits":["{{{Base}}}"],"branch":"work/v-1","commit_sha":"{{{Commit}}}","variant_commit_sha":"{{{Integrated}}}","artifacts_uri":"s3://bucket/v-1","started_at":"{{{Time}}}","completed_at":"{{{Time}}}","executed_by":"{{{Ann}}}","evaluation":{"score":1}}""");
        Rows(
            "submissions.jsonl",
            """{"task_id":"t-1","kind":"ideation","status":"success","idea_ids":["i-1"]}""",
            $$$"""{"task_id":"t-2","kind":"execution","status":"success","variant_id":"v-1","commit_sha":"{{{Commit}}}"}""");
        Rows(
            "events.jsonl",
            $$$"""{"event_id":"e-2","type":"task.created","occurred_at":"{{{Time}}}","experiment_id":"{{{Experiment}}}","data":{"task_id":"t-1","kind":"ideation"}}""",
            $$$"""{"event_id":"e-1","type":"idea.drafted","occurred_at":"{{{Time}}}","experiment_id":"{{{Experiment}}}","data":{"idea_id":"i-1"}}""",
            $$$"""{"event_id":"e-3","type":"host.custom_event","occurred_at":"{{{Time}}}","experiment_id":"{{{Experiment}}}","data":{}}""");
        Rows(
            "workers.jsonl",
            $$$"""{"worker_id":"{{{Ann}}}","experiment_id":"{{{Experiment}}}","registered_at":"{{{Time}}}","name":"Ann","labels":{"zone":"a"}}""",
            $$$"""{"worker_id":"{{{Bob}}}","experiment_id":"{{{Experiment}}}","registered_at":"{{{Time}}}","registered_by":"admin"}""");
        Rows(
            "groups.jsonl",
            $$$"""{"group_id":"{{{Team}}}","experiment_id":"{{{Experiment}}}","members":["{{{Ann}}}","{{{Club}}}"],"created_at":"{{{Time}}}","name":"Team"}""",
            $$$"""{"group_id":"{{{Club}}}","experiment_id":"{{{Experiment}}}","members":[],"created_at":"{{{Time}}}"}""");
        Set("repo.bundle", "stands for a bundle");
    }

    /// <summary>Makes an archive of a bundle and of rows that name nothing in it.</summary>
    public static HandMadeArchive OfBundle(byte[] bundle)
    {
        var archive = new HandMadeArchive().Set("repo.bundle", bundle)
            .Set("experiment.json", $$$"""{"experiment_id":"{{{Experiment}}}","state":"running","created_at":"{{{Time}}}"}""");
        foreach (var registry in (string[])["tasks", "ideas", "variants", "submissions", "events"])
        {
            archive.Set($"{registry}.jsonl", "").Manifest["counts"]![registry] = 0;
        }

        return archive;
    }

    /// <summary>Gets the manifest, to be edited; it is written with the archive unless "manifest.json" was given content.</summary>
    public JsonObject Manifest { get; }

    public string Root { get; set; } = "checkpoint";

    /// <summary>Sets a member's content, in its place or at the end.</summary>
    public HandMadeArchive Set(string path, string content) => Set(path, Encoding.UTF8.GetBytes(content));

    public HandMadeArchive Set(string path, byte[] content)
    {
        var index = _members.FindIndex(member => member.Path == path);
        if (index < 0)
        {
            _members.Add((path, content));
        }
        else
        {
            _members[index] = (path, content);
        }

        return this;
    }

    /// <summary>Sets a registry's lines, each ended by a newline.</summary>
    public HandMadeArchive Rows(string path, params string[] rows) => Set(path, string.Concat(rows.Select(row => row + "\n")));

    public HandMadeArchive Remove(string path)
    {
        _members.RemoveAll(member => member.Path == path);
        return this;
    }

    public HandMadeArchive Rename(string path, string to)
    {
        var index = _members.FindIndex(member => member.Path == path);
        _members[index] = (to, _members[index].Content);
        return this;
    }

    /// <summary>Moves a member to a place in the order of the archive; the manifest starts at 0.</summary>
    public HandMadeArchive Move(string path, int place)
    {
        var member = _members.Find(candidate => candidate.Path == path);
        _members.Remove(member);
        _members.Insert(place < 0 ? _members.Count : place, member);
        return this;
    }

    /// <summary>Edits the record on one line of a registry, counted from 1.</summary>
    public HandMadeArchive Row(string path, int line, Action<JsonObject> edit)
    {
        var lines = Text(path).Split('\n');
        var record = JsonNode.Parse(lines[line - 1])!.AsObject();
        edit(record);
        lines[line - 1] = record.ToJsonString();
        return Set(path, string.Join('\n', lines));
    }

    /// <summary>Edits <c>experiment.json</c>.</summary>
    public HandMadeArchive Record(Action<JsonObject> edit)
    {
        var record = JsonNode.Parse(Text("experiment.json"))!.AsObject();
        edit(record);
        return Set("experiment.json", record.ToJsonString());
    }

    public HandMadeArchive EditManifest(Action<JsonObject> edit)
    {
        edit(Manifest);
        return this;
    }

    /// <summary>Adds an artifact under the name of its hash, or of another.</summary>
    public HandMadeArchive Artifact(byte[] content, string? name = null) => Set($"artifacts/sha256/{name ?? Hash(content)}", content);

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public string Text(string path) => Encoding.UTF8.GetString(_members.Find(member => member.Path == path).Content);

    /// <summary>Adds the members to a tar without ending it.</summary>
    public RawTar ToRawTar()
    {
        var tar = new RawTar();
        foreach (var (path, content) in _members)
        {
            tar.Member($"{Root}/{path}", path == "manifest.json" && content.Length == 0 ? Encoding.UTF8.GetBytes(Manifest.ToJsonString()) : content);
        }

        return tar;
    }

    public byte[] ToTar() => ToRawTar().End();
}
