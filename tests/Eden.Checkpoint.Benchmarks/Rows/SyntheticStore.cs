using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Eden.Git;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The rows of an experiment whose repository <see cref="SyntheticRepository"/> made, each written when it is asked for: an idea, three tasks
/// with their submissions and ten events a variant, and a few workers. Every fiftieth variant waits for its evaluation, under a claim.</summary>
internal sealed class SyntheticStore : ICheckpointStore, IStoreSnapshot
{
    private static readonly DateTime s_start = new(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly string _main;
    private readonly string[] _work;
    private readonly string[] _integrated;
    private readonly int _workers;

    /// <param name="refs">The refs of the repository.</param>
    /// <param name="variants">How many variants it has.</param>
    /// <param name="workers">How many workers there are; an import hashes a credential for each.</param>
    public SyntheticStore(IReadOnlyList<GitBundleRef> refs, int variants, int workers)
    {
        _workers = workers;
        _work = new string[variants];
        _integrated = new string[variants];
        _main = refs.Single(tip => tip.Name == "refs/heads/main").ObjectId;
        foreach (var (name, commit) in refs)
        {
            if (name.StartsWith("refs/heads/work/", StringComparison.Ordinal))
            {
                _work[Number(name, name.LastIndexOf('v') + 1, name.Length)] = commit;
            }
            else if (name.StartsWith("refs/heads/variant/v", StringComparison.Ordinal))
            {
                _integrated[Number(name, "refs/heads/variant/v".Length, name.LastIndexOf('-'))] = commit;
            }
        }
    }

    public DateTimeOffset TakenAt { get; } = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public string ExperimentId { get; } = Id("exp", 0);

    public ReadOnlyMemory<byte> Experiment => Encoding.UTF8.GetBytes(
        $$"""{"experiment_id":"{{ExperimentId}}","state":"running","created_at":"{{Time(0)}}","base_commit_sha":"{{_main}}","name":"Synthetic"}""");

    private int Variants => _work.Length;

    public Task<IStoreSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default) => Task.FromResult<IStoreSnapshot>(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadRowsAsync(RegistryKind kind, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var row in Rows(kind))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Encoding.UTF8.GetBytes(row);
        }
    }

    private static int Number(string name, int start, int end) => int.Parse(name.AsSpan(start, end - start), CultureInfo.InvariantCulture);

    private static string Id(string prefix, int number)
        => string.Create(CultureInfo.InvariantCulture, $"{prefix}_01hqs3m4n5p6q7r8s9{number:D8}");

    private static string Key(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{number:D7}");

    private static string Time(int second) => s_start.AddSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static bool IsEvaluated(int variant) => variant % 50 != 49;

    private string Worker(int number) => Id("wkr", number % _workers);

    private IEnumerable<string> Rows(RegistryKind kind)
    {
        var numbers = Enumerable.Range(0, Variants);
        return kind switch
        {
            RegistryKind.Tasks => numbers.Select(Evaluation).Concat(numbers.Select(Ideation)).Concat(numbers.Select(Execution)),
            RegistryKind.Ideas => numbers.Select(Idea),
            RegistryKind.Variants => numbers.Select(Variant),
            RegistryKind.Submissions => numbers.Where(IsEvaluated).Select(EvaluationSubmission)
                .Concat(numbers.Select(IdeationSubmission)).Concat(numbers.Select(ExecutionSubmission)),
            RegistryKind.Events => numbers.SelectMany(Events).Select((fields, index) =>
                string.Create(CultureInfo.InvariantCulture, $$$"""{"event_id":"evt-{{{index + 1:D7}}}",{{{fields}}}}""")),
            RegistryKind.Workers => Enumerable.Range(0, _workers).Select(number =>
                $$$"""{"worker_id":"{{{Id("wkr", number)}}}","experiment_id":"{{{ExperimentId}}}","registered_at":"{{{Time(number)}}}","name":"worker {{{number}}}","labels":{"role":"executor"}}"""),
            _ => Enumerable.Range(0, 3).Select(number =>
                $$$"""{"group_id":"{{{Id("grp", number)}}}","experiment_id":"{{{ExperimentId}}}","members":["{{{Worker(number)}}}"],"created_at":"{{{Time(number)}}}"}"""),
        };
    }

    private string Evaluation(int i) => IsEvaluated(i)
        ? TaskRow("task-e", "evaluation", "completed", $$"""{"variant_id":"{{Key("variant", i)}}"}""", i)
        : $$$"""{"task_id":"{{{Key("task-e", i)}}}","kind":"evaluation","state":"claimed","payload":{"variant_id":"{{{Key("variant", i)}}}"},"created_at":"{{{Time(i)}}}","updated_at":"{{{Time(i + 1)}}}","claim":{"worker_id":"{{{Worker(i)}}}","claimed_at":"{{{Time(i)}}}","expires_at":"{{{Time(i + 600)}}}"}}""";

    private string Ideation(int i) => TaskRow("task-i", "ideation", "completed", $$"""{"experiment_id":"{{ExperimentId}}"}""", i);

    private string Execution(int i) => TaskRow("task-x", "execution", "completed", $$"""{"idea_id":"{{Key("idea", i)}}"}""", i);

    private string TaskRow(string prefix, string kind, string state, string payload, int i)
        => $$$"""{"task_id":"{{{Key(prefix, i)}}}","kind":"{{{kind}}}","state":"{{{state}}}","payload":{{{payload}}},"created_by":"admin","submitted_by":"{{{Worker(i)}}}","created_at":"{{{Time(i)}}}","updated_at":"{{{Time(i + 1)}}}"}""";

    private string Idea(int i)
        => $$$"""{"idea_id":"{{{Key("idea", i)}}}","experiment_id":"{{{ExperimentId}}}","slug":"idea-{{{i}}}","priority":{{{i % 10}}}.5,"parent_commits":["{{{_main}}}"],"artifacts_uri":"eden://artifacts/i{{{i}}}","state":"completed","created_at":"{{{Time(i)}}}","created_by":"{{{Worker(i)}}}"}""";

    private string Variant(int i)
        => $$$"""{"variant_id":"{{{Key("variant", i)}}}","experiment_id":"{{{ExperimentId}}}","idea_id":"{{{Key("idea", i)}}}","status":"{{{(IsEvaluated(i) ? "success" : "starting")}}}","parent_commits":["{{{_main}}}"],"branch":"work/idea-{{{i}}}-v{{{i}}}","commit_sha":"{{{_work[i]}}}","variant_commit_sha":"{{{_integrated[i]}}}","artifacts_uri":"eden://artifacts/e{{{i}}}","description":"Variant {{{i}}} — “naïve” 漢字 attempt","evaluation":{"score":{{{i % 997}}}.25,"note":"ok","n":{{{i}}}},"started_at":"{{{Time(i)}}}","completed_at":"{{{Time(i + 5)}}}","executed_by":"{{{Worker(i)}}}","evaluated_by":"{{{Worker(i + 1)}}}"}""";

    private static string EvaluationSubmission(int i)
        => $$$"""{"task_id":"{{{Key("task-e", i)}}}","kind":"evaluation","status":"success","variant_id":"{{{Key("variant", i)}}}","evaluation":{"score":{{{i % 997}}}.25,"note":"ok","n":{{{i}}}},"artifacts_uri":"eden://artifacts/e{{{i}}}"}""";

    private static string IdeationSubmission(int i)
        => $$"""{"task_id":"{{Key("task-i", i)}}","kind":"ideation","status":"success","idea_ids":["{{Key("idea", i)}}"]}""";

    private string ExecutionSubmission(int i)
        => $$"""{"task_id":"{{Key("task-x", i)}}","kind":"execution","status":"success","variant_id":"{{Key("variant", i)}}","commit_sha":"{{_work[i]}}"}""";

    /// <summary>What follows the id in each of a variant's events.</summary>
    private IEnumerable<string> Events(int i)
    {
        var (idea, variant, execution) = (Key("idea", i), Key("variant", i), Key("task-x", i));
        foreach (var (type, data) in ((string, string)[])
        [
            ("idea.drafted", $$"""{"idea_id":"{{idea}}"}"""),
            ("idea.ready", $$"""{"idea_id":"{{idea}}"}"""),
            ("task.created", $$"""{"task_id":"{{execution}}","kind":"execution"}"""),
            ("task.claimed", $$"""{"task_id":"{{execution}}","worker_id":"{{Worker(i)}}"}"""),
            ("variant.started", $$"""{"variant_id":"{{variant}}","idea_id":"{{idea}}"}"""),
            ("task.submitted", $$"""{"task_id":"{{execution}}"}"""),
            ("task.completed", $$"""{"task_id":"{{execution}}"}"""),
            ("variant.succeeded", $$"""{"variant_id":"{{variant}}","commit_sha":"{{_work[i]}}"}"""),
            ("variant.integrated", $$"""{"variant_id":"{{variant}}","variant_commit_sha":"{{_integrated[i]}}"}"""),
            ("lab.measured", $$"""{"step":{{i}},"message":"temperature 21.5 °C, nothing of note"}"""),
        ])
        {
            yield return $$"""
                "type":"{{type}}","occurred_at":"{{Time(i)}}","experiment_id":"{{ExperimentId}}","data":{{data}}
                """;
        }
    }
}
