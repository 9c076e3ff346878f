using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Eden.Checkpoint.ConsoleHost.Demo;

/// <summary>A small experiment as EDEN would have run it: ideas, the tasks made of them, what the workers handed in, and the events in between.
/// The same number of variants gives the same experiment every time.</summary>
internal sealed class DemoExperiment
{
    private static readonly string[] s_ideas =
    [
        "cache-the-tail", "split-the-input", "sort-by-radix", "merge-in-place", "skip-sorted-runs", "pack-the-keys",
        "prefetch-rows", "drop-the-copy", "unroll-the-loop", "batch-the-compare", "branchless-merge", "count-first",
    ];

    private readonly Dictionary<RegistryKind, List<JsonObject>> _rows = Enum.GetValues<RegistryKind>().ToDictionary(kind => kind, _ => new List<JsonObject>());
    private readonly List<(string Id, string Commit)> _integrated = [];
    private readonly string[] _workers;
    private DateTimeOffset _clock = new(2026, 5, 1, 9, 0, 0, TimeSpan.Zero);

    private DemoExperiment(DemoRepository repository, int variants)
    {
        Id = DemoIds.Opaque("exp", 0);
        _workers = [.. Enumerable.Range(0, 6).Select(number => DemoIds.Opaque("wkr", number))];
        AddWorkers();
        var created = Now();
        for (var number = 1; number <= variants; number++)
        {
            AddVariant(repository, number, isLast: number == variants && variants > 1);
        }

        Record = new JsonObject
        {
            ["experiment_id"] = Id,
            ["name"] = "Faster solve",
            ["state"] = "running",
            ["created_at"] = created,
            ["base_commit_sha"] = repository.Seed,
            ["dispatch_mode"] = new JsonObject
            {
                ["termination"] = "manual",
                ["ideation_creation"] = "auto",
                ["execution_dispatch"] = "auto",
                ["evaluation_dispatch"] = "auto",
                ["integration"] = "auto",
            },
        };
    }

    public string Id { get; }

    public JsonObject Record { get; }

    /// <summary>Gets a work branch that a variant names, and its commit: the one that the demo deletes.</summary>
    public (string Branch, string Commit) SomeBranch { get; private set; }

    public static ReadOnlyMemory<byte> Config { get; } = Encoding.UTF8.GetBytes(
        "name: Faster solve\nobjective: minimise solve_ms\nauto_checkpoint:\n  enabled: true\n  interval_seconds: 3600\n");

    /// <summary>Makes the experiment, and its commits in the repository: roles publish their refs before the rows that name them.</summary>
    public static DemoExperiment Create(DemoRepository repository, int variants) => new(repository, variants);

    public IReadOnlyList<JsonObject> Rows(RegistryKind kind) => _rows[kind];

    private void AddWorkers()
    {
        string[] names = ["Ideator A", "Ideator B", "Executor A", "Executor B", "Evaluator", "Operator"];
        for (var number = 0; number < _workers.Length; number++)
        {
            Add(RegistryKind.Workers, new JsonObject
            {
                ["worker_id"] = _workers[number],
                ["name"] = names[number],
                ["experiment_id"] = Id,
                ["registered_at"] = Now(),
                ["registered_by"] = "admin",
                ["labels"] = new JsonObject { ["role"] = names[number].Split(' ')[0].ToLowerInvariant() },
            });
        }

        var executors = DemoIds.Opaque("grp", 0);
        AddGroup(executors, "executors", _workers[2], _workers[3]);
        AddGroup(DemoIds.Opaque("grp", 1), "everyone", _workers[0], _workers[1], executors, _workers[4], _workers[5]);
    }

    private void AddGroup(string id, string name, params string[] members) => Add(RegistryKind.Groups, new JsonObject
    {
        ["group_id"] = id,
        ["name"] = name,
        ["experiment_id"] = Id,
        ["members"] = new JsonArray([.. members.Select(member => JsonValue.Create(member))]),
        ["created_at"] = Now(),
        ["created_by"] = "admin",
    });

    // Most attempts succeed and are evaluated, every third of those is integrated, some fail, the last one is still running.
    private void AddVariant(DemoRepository repository, int number, bool isLast)
    {
        var key = number.ToString("0000", CultureInfo.InvariantCulture);
        var idea = s_ideas[(number - 1) % s_ideas.Length];
        var parent = _integrated.Count == 0 || number % 4 == 2 ? repository.Seed : _integrated[(number * 5) % _integrated.Count].Commit;
        var ideator = _workers[number % 2];
        var executor = _workers[2 + (number % 2)];

        AddIdeation(key, idea, parent, ideator, isLast ? "dispatched" : "completed");
        var variant = new JsonObject
        {
            ["variant_id"] = $"variant-{key}",
            ["experiment_id"] = Id,
            ["idea_id"] = $"idea-{key}",
            ["status"] = "starting",
            ["parent_commits"] = new JsonArray(parent),
            ["started_at"] = Now(),
            ["executed_by"] = executor,
        };
        Event("variant.started", ("variant_id", $"variant-{key}"), ("idea_id", $"idea-{key}"));
        if (isLast)
        {
            AddTask($"task-x-{key}", "execution", "claimed", ("idea_id", $"idea-{key}"), executor);
        }
        else if (number % 6 == 5)
        {
            variant["status"] = "error";
            variant["description"] = "The worker's build failed.";
            AddDone($"task-x-{key}", "execution", ("idea_id", $"idea-{key}"), executor, new JsonObject { ["status"] = "error", ["variant_id"] = $"variant-{key}" });
            Event("variant.errored", ("variant_id", $"variant-{key}"));
        }
        else
        {
            AddSuccess(repository, variant, number, key, idea, parent, executor);
        }

        Add(RegistryKind.Variants, variant);
    }

    private void AddIdeation(string key, string idea, string parent, string ideator, string state)
    {
        AddDone(
            $"task-i-{key}", "ideation", ("experiment_id", Id), ideator,
            new JsonObject { ["status"] = "success", ["idea_ids"] = new JsonArray($"idea-{key}") });
        Add(RegistryKind.Ideas, new JsonObject
        {
            ["idea_id"] = $"idea-{key}",
            ["experiment_id"] = Id,
            ["slug"] = idea,
            ["priority"] = 1.5,
            ["parent_commits"] = new JsonArray(parent),
            ["artifacts_uri"] = $"eden://artifacts/{DemoIds.Hex($"idea-{key}")}",
            ["state"] = state,
            ["created_at"] = Now(),
            ["created_by"] = ideator,
        });
        Event("idea.drafted", ("idea_id", $"idea-{key}"));
        Event("idea.ready", ("idea_id", $"idea-{key}"));
        Event("idea.dispatched", ("idea_id", $"idea-{key}"), ("task_id", $"task-x-{key}"));
    }

    private void AddSuccess(DemoRepository repository, JsonObject variant, int number, string key, string idea, string parent, string executor)
    {
        var branch = $"work/{idea}-{key}";
        var commit = repository.CommitWork(branch, parent, idea, number);
        SomeBranch = (branch, commit);
        var score = Math.Round(1.0 - (1.0 / (number + 2)), 3);
        var evaluation = new JsonObject { ["score"] = score, ["solve_ms"] = 1000 - (number * 7 % 400) };
        variant["status"] = "success";
        variant["branch"] = branch;
        variant["commit_sha"] = commit;
        variant["description"] = $"{idea.Replace('-', ' ')} — attempt {number}";
        variant["evaluation"] = evaluation.DeepClone();
        variant["evaluated_by"] = _workers[4];
        AddDone(
            $"task-x-{key}", "execution", ("idea_id", $"idea-{key}"), executor,
            new JsonObject { ["status"] = "success", ["variant_id"] = $"variant-{key}", ["commit_sha"] = commit });
        Event("variant.succeeded", ("variant_id", $"variant-{key}"), ("commit_sha", commit));
        Event("idea.completed", ("idea_id", $"idea-{key}"), ("task_id", $"task-x-{key}"));
        AddDone(
            $"task-e-{key}", "evaluation", ("variant_id", $"variant-{key}"), _workers[4],
            new JsonObject { ["status"] = "success", ["variant_id"] = $"variant-{key}", ["evaluation"] = evaluation });
        variant["completed_at"] = Now();
        if (number % 3 == 1)
        {
            var integrated = repository.Integrate($"variant/variant-{key}-{idea}", parent, commit, idea);
            variant["variant_commit_sha"] = integrated;
            _integrated.Add(($"variant-{key}", integrated));
            Event("variant.integrated", ("variant_id", $"variant-{key}"), ("variant_commit_sha", integrated));
        }
    }

    private void AddDone(string taskId, string kind, (string Name, string Value) payload, string worker, JsonObject submission)
    {
        AddTask(taskId, kind, "completed", payload, worker);
        submission.Insert(0, "task_id", taskId);
        submission.Insert(1, "kind", kind);
        Add(RegistryKind.Submissions, submission);
        Event("task.submitted", ("task_id", taskId));
        Event("task.completed", ("task_id", taskId));
    }

    private void AddTask(string taskId, string kind, string state, (string Name, string Value) payload, string worker)
    {
        var task = new JsonObject
        {
            ["task_id"] = taskId,
            ["kind"] = kind,
            ["state"] = state,
            ["payload"] = new JsonObject { [payload.Name] = payload.Value },
            ["created_by"] = "admin",
            ["created_at"] = Now(),
        };
        Event("task.created", ("task_id", taskId), ("kind", kind));
        var claimedAt = Now();
        Event("task.claimed", ("task_id", taskId), ("worker_id", worker));
        if (state == "claimed")
        {
            task["claim"] = new JsonObject { ["worker_id"] = worker, ["claimed_at"] = claimedAt };
        }
        else
        {
            task["submitted_by"] = worker;
        }

        task["updated_at"] = Now();
        Add(RegistryKind.Tasks, task);
    }

    private void Event(string type, params (string Name, string Value)[] data)
    {
        var number = _rows[RegistryKind.Events].Count + 1;
        Add(RegistryKind.Events, new JsonObject
        {
            ["event_id"] = string.Create(CultureInfo.InvariantCulture, $"evt-{number:000000}"),
            ["type"] = type,
            ["occurred_at"] = Now(),
            ["experiment_id"] = Id,
            ["data"] = new JsonObject(data.Select(pair => KeyValuePair.Create(pair.Name, (JsonNode?)JsonValue.Create(pair.Value)))),
        });
    }

    private void Add(RegistryKind kind, JsonObject row) => _rows[kind].Add(row);

    private string Now()
    {
        _clock += TimeSpan.FromSeconds(7);
        return _clock.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
