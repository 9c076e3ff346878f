using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The rows of an experiment whose repository was generated, each written when it is asked for: an idea, three tasks
/// with their submissions and ten events a variant, and a few workers. Every fiftieth variant waits for its evaluation, under a claim.</summary>
internal sealed class SyntheticStore : ICheckpointStore, IStoreSnapshot
{
    private const string DispatchMode =
        """{"ideation_creation":"auto","execution_dispatch":"auto","evaluation_dispatch":"auto","integration":"auto","termination":"manual"}""";

    private static readonly DateTime s_start = new(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly ExperimentLineage _lineage;
    private readonly int _workers;

    /// <param name="lineage">The commits of the repository.</param>
    /// <param name="workers">How many workers there are; an import hashes a credential for each.</param>
    public SyntheticStore(ExperimentLineage lineage, int workers)
    {
        _lineage = lineage;
        _workers = workers;
    }

    public DateTimeOffset TakenAt { get; } = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public string ExperimentId { get; } = Id("exp", 0);

    public ReadOnlyMemory<byte> Experiment => Encoding.UTF8.GetBytes(
        $$"""{"experiment_id":"{{ExperimentId}}","state":"running","created_at":"{{Time(0)}}","base_commit_sha":"{{_lineage.Base}}","name":"Synthetic","dispatch_mode":""" + DispatchMode + "}");

    private int Variants => _lineage.Work.Length;

    public static string WorkerId(int number) => Id("wkr", number);

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

    /// <summary>Makes the rows of one registry, in the order of their ids; events in the order of their making.</summary>
    public IEnumerable<string> Rows(RegistryKind kind)
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
                $$$"""{"worker_id":"{{{WorkerId(number)}}}","experiment_id":"{{{ExperimentId}}}","registered_at":"{{{Time(number)}}}","name":"worker {{{number}}}","labels":{"role":"executor"}}"""),
            _ => Enumerable.Range(0, 3).Select(number =>
                $$$"""{"group_id":"{{{Id("grp", number)}}}","experiment_id":"{{{ExperimentId}}}","members":["{{{Worker(number)}}}"],"created_at":"{{{Time(number)}}}"}"""),
        };
    }

    private static string Id(string prefix, int number)
        => string.Create(CultureInfo.InvariantCulture, $"{prefix}_01hqs3m4n5p6q7r8s9{number:D8}");

    private static string Time(int second) => s_start.AddSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static bool IsEvaluated(int variant) => variant % 50 != 49;

    private string Worker(int number) => WorkerId(number % _workers);

    private string Evaluation(int i) => IsEvaluated(i)
        ? TaskRow("task-e", "evaluation", "completed", $$"""{"variant_id":"{{VariantNames.Variant(i)}}"}""", i)
        : $$$"""{"task_id":"{{{VariantNames.Key("task-e", i)}}}","kind":"evaluation","state":"claimed","payload":{"variant_id":"{{{VariantNames.Variant(i)}}}"},"created_at":"{{{Time(i)}}}","updated_at":"{{{Time(i + 1)}}}","claim":{"worker_id":"{{{Worker(i)}}}","claimed_at":"{{{Time(i)}}}","expires_at":"{{{Time(i + 600)}}}"}}""";

    private string Ideation(int i) => TaskRow("task-i", "ideation", "completed", $$"""{"experiment_id":"{{ExperimentId}}"}""", i);

    private string Execution(int i) => TaskRow("task-x", "execution", "completed", $$"""{"idea_id":"{{VariantNames.Idea(i)}}"}""", i);

    private string TaskRow(string prefix, string kind, string state, string payload, int i)
        => $$$"""{"task_id":"{{{VariantNames.Key(prefix, i)}}}","kind":"{{{kind}}}","state":"{{{state}}}","payload":{{{payload}}},"created_by":"admin","submitted_by":"{{{Worker(i)}}}","created_at":"{{{Time(i)}}}","updated_at":"{{{Time(i + 1)}}}"}""";

    private string Idea(int i)
        => $$$"""{"idea_id":"{{{VariantNames.Idea(i)}}}","experiment_id":"{{{ExperimentId}}}","slug":"idea-{{{i}}}","priority":{{{i % 10}}}.5,"parent_commits":["{{{_lineage.Parents[i]}}}"],"artifacts_uri":"eden://artifacts/i{{{i}}}","state":"completed","created_at":"{{{Time(i)}}}","created_by":"{{{Worker(i)}}}"}""";

    private string Variant(int i)
        => $$$"""{"variant_id":"{{{VariantNames.Variant(i)}}}","experiment_id":"{{{ExperimentId}}}","idea_id":"{{{VariantNames.Idea(i)}}}","status":"{{{(IsEvaluated(i) ? "success" : "starting")}}}","parent_commits":["{{{_lineage.Parents[i]}}}"],"branch":"{{{VariantNames.Work(i)}}}","commit_sha":"{{{_lineage.Work[i]}}}","variant_commit_sha":"{{{_lineage.Integrated[i]}}}","artifacts_uri":"eden://artifacts/e{{{i}}}","description":"Variant {{{i}}} — “naïve” 漢字 attempt","evaluation":{"score":{{{i % 997}}}.25,"note":"ok","n":{{{i}}}},"started_at":"{{{Time(i)}}}","completed_at":"{{{Time(i + 5)}}}","executed_by":"{{{Worker(i)}}}","evaluated_by":"{{{Worker(i + 1)}}}"}""";

    private static string EvaluationSubmission(int i)
        => $$$"""{"task_id":"{{{VariantNames.Key("task-e", i)}}}","kind":"evaluation","status":"success","variant_id":"{{{VariantNames.Variant(i)}}}","evaluation":{"score":{{{i % 997}}}.25,"note":"ok","n":{{{i}}}},"artifacts_uri":"eden://artifacts/e{{{i}}}"}""";

    private static string IdeationSubmission(int i)
        => $$"""{"task_id":"{{VariantNames.Key("task-i", i)}}","kind":"ideation","status":"success","idea_ids":["{{VariantNames.Idea(i)}}"]}""";

    private string ExecutionSubmission(int i)
        => $$"""{"task_id":"{{VariantNames.Key("task-x", i)}}","kind":"execution","status":"success","variant_id":"{{VariantNames.Variant(i)}}","commit_sha":"{{_lineage.Work[i]}}"}""";

    /// <summary>What follows the id in each of a variant's events.</summary>
    private IEnumerable<string> Events(int i)
    {
        var (idea, variant, execution) = (VariantNames.Idea(i), VariantNames.Variant(i), VariantNames.Key("task-x", i));
        foreach (var (type, data) in ((string, string)[])
        [
            ("idea.drafted", $$"""{"idea_id":"{{idea}}"}"""),
            ("idea.ready", $$"""{"idea_id":"{{idea}}"}"""),
            ("task.created", $$"""{"task_id":"{{execution}}","kind":"execution"}"""),
            ("task.claimed", $$"""{"task_id":"{{execution}}","worker_id":"{{Worker(i)}}"}"""),
            ("variant.started", $$"""{"variant_id":"{{variant}}","idea_id":"{{idea}}"}"""),
            ("task.submitted", $$"""{"task_id":"{{execution}}"}"""),
            ("task.completed", $$"""{"task_id":"{{execution}}"}"""),
            ("variant.succeeded", $$"""{"variant_id":"{{variant}}","commit_sha":"{{_lineage.Work[i]}}"}"""),
            ("variant.integrated", $$"""{"variant_id":"{{variant}}","variant_commit_sha":"{{_lineage.Integrated[i]}}"}"""),
            ("lab.measured", $$"""{"step":{{i}},"message":"temperature 21.5 °C, nothing of note"}"""),
        ])
        {
            yield return $$"""
                "type":"{{type}}","occurred_at":"{{Time(i)}}","experiment_id":"{{ExperimentId}}","data":{{data}}
                """;
        }
    }
}
