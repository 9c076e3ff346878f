using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Grammar;
using Eden.Checkpoint.Format.Rows.Keys;
using static Eden.Checkpoint.Tests.Format.Rows.RowFixtures;

namespace Eden.Checkpoint.Tests.Format.Rows;

/// <summary>The success contract of submissions binds where the task is completed; elsewhere whatever a worker handed in is a warning (§4).</summary>
[TestFixture]
public class SubmissionContractTests
{
    private static readonly (string Row, string[] Faults)[] s_broken =
    [
        ("""{"task_id":"t","kind":"execution","status":"success","variant_id":"v"}""", ["commit_sha: is required"]),
        ("""{"task_id":"t","kind":"execution","status":"success","variant_id":"v","commit_sha":"deadbeef"}""", ["commit_sha: `deadbeef` is not a commit hash (40 or 64 lowercase hex digits)"]),
        ("""{"task_id":"t","kind":"execution","status":"success","variant_id":"v","commit_sha":null}""", ["commit_sha: must not be null"]),
        ("""{"task_id":"t","kind":"execution","status":"error"}""", ["variant_id: is required"]),
        ("""{"task_id":"t","kind":"execution","status":"error","variant_id":"gone"}""", ["variant_id: there is no variant `gone`"]),
        ("""{"task_id":"t","kind":"execution","status":"error","variant_id":"v","artifacts_uri":"no uri"}""", ["artifacts_uri: `no uri` is not a URI with a scheme (RFC 3986)"]),
        ("""{"task_id":"t","kind":"execution","status":"error","variant_id":"v","artifacts_uri":"checkpoint:sha256:12"}""", ["artifacts_uri: `checkpoint:sha256:12` does not name an artifact by 64 lowercase hex digits"]),
        ($$"""{"task_id":"t","kind":"evaluation","status":"error","variant_id":"v","artifacts_uri":"checkpoint:sha256:{{RowFixtures.Sha256}}"}""", [$"artifacts_uri: the archive has no artifact `{RowFixtures.Sha256}`"]),
        ("""{"task_id":"t","kind":"evaluation","status":"success","variant_id":"v"}""", ["evaluation: is required"]),
        ("""{"task_id":"t","kind":"evaluation","status":"success","variant_id":"v","evaluation":"high"}""", ["evaluation: must be an object, not a string"]),
        ("""{"task_id":"t","kind":"evaluation"}""", ["status: is required", "variant_id: is required"]),
        ("""{"task_id":"t","kind":"ideation","status":"done","idea_ids":["i",7]}""", ["status: `done` is none of success, error, evaluation_error", "idea_ids[1]: must be a string, not a number"]),
        ("""{"task_id":"t","kind":"ideation","status":"evaluation_error","idea_ids":["i"]}""", ["status: `evaluation_error` is not a status of kind ideation"]),
        ("""{"task_id":"t","kind":"ideation","status":"success","idea_ids":["gone","i","gone-too"]}""", ["idea_ids[0]: there is no idea `gone`", "idea_ids[2]: there is no idea `gone-too`"]),
        ("""{"task_id":"t","kind":"ideation","status":["x"],"idea_ids":{"a":null},"commit_sha":{}}""", ["status: must be a string, not an array", "idea_ids: must be an array, not an object"]),
    ];

    public static IEnumerable<TestCaseData> EveryBroken => s_broken.Select(entry => new TestCaseData(entry.Row, entry.Faults));

    [TestCaseSource(nameof(EveryBroken))]
    public void A_broken_submission_is_wrong_where_its_task_is_completed(string row, string[] faults)
    {
        using var run = RowCheckRun.Submit(row);
        Assert.That(run.Lines, Is.EqualTo(faults.Select(fault => $"submissions.jsonl:1 t {fault}")));
        Assert.That(run.Warnings, Is.Empty);
    }

    [TestCaseSource(nameof(EveryBroken))]
    public void A_broken_submission_is_one_warning_where_its_task_is_not_completed(string row, string[] faults)
    {
        foreach (var state in (string[])["failed", "submitted", "claimed", "pending"])
        {
            using var run = RowCheckRun.Submit(row, state);
            var further = faults.Length > 1 ? $" (and {faults.Length - 1} more)" : string.Empty;
            Assert.That(run.Lines, Is.Empty, state);
            Assert.That(run.Warnings, Is.EqualTo(new[] { $"submissions.jsonl:1 t {faults[0]}{further}; the task is {state}, so the submission travels as it is" }));
        }
    }

    [TestCase("completed", null)]
    [TestCase("failed", null)]
    [TestCase("submitted", null)]
    [TestCase("claimed", "submissions.jsonl:1 t: there is a submission, although the task is claimed")]
    [TestCase("pending", "submissions.jsonl:1 t: there is a submission, although the task is pending")]
    public void A_submission_that_keeps_the_contract_is_odd_only_before_it_can_have_been_made(string state, string? warning)
    {
        using var run = RowCheckRun.Submit("""{"task_id":"t","kind":"execution","status":"error","variant_id":"v"}""", state);
        Assert.That(run.Lines, Is.Empty);
        Assert.That(run.Warnings, Is.EqualTo(warning is null ? Array.Empty<string>() : [warning]));
    }

    [TestCase("""{"task_id":"other","kind":"execution","status":"error","variant_id":"v"}""", "submissions.jsonl:1 other task_id: there is no task `other`")]
    [TestCase("""{"task_id":"t","kind":"evaluation","status":"error","variant_id":"v"}""", "submissions.jsonl:1 t kind: the submission's kind is evaluation, the kind of task `t` is execution")]
    [TestCase("""{"task_id":"t","status":"error","variant_id":"v"}""", "submissions.jsonl:1 t kind: is required")]
    [TestCase("""{"task_id":"t","kind":"x","status":"error","variant_id":"v"}""", "submissions.jsonl:1 t kind: `x` is none of ideation, execution, evaluation")]
    [TestCase("""{"task_id":"t","kind":"execution","status":"error","variant_id":"v","x":1,"x":2}""", "submissions.jsonl:1 t x: stands twice in its object")]
    [TestCase("""{"task_id":"t","kind":"execution","status":"error","variant_id":"\ud800"}""", "submissions.jsonl:1 t variant_id: holds half of a surrogate pair")]
    public void Task_kind_and_json_bind_in_every_state(string row, string expected)
    {
        foreach (var state in TaskStates.Names)
        {
            using var run = new RowCheckRun();
            run.Check(RegistryKind.Ideas, Idea);
            run.Check(RegistryKind.Variants, Variant.Replace("v-1", "v", StringComparison.Ordinal));
            run.Check(RegistryKind.Tasks, TaskOf("t", "execution", state));
            run.Check(RegistryKind.Submissions, row);
            Assert.That(run.Complete().Lines.Where(line => !line.EndsWith("there is no variant `�`", StringComparison.Ordinal)), Is.EqualTo(new[] { expected }), state);
        }
    }

    [Test]
    public void Two_submissions_of_one_task_are_wrong_in_every_state([Values("pending", "claimed", "submitted", "completed", "failed")] string state)
    {
        using var run = new RowCheckRun();
        run.Check(RegistryKind.Tasks, TaskOf("t", "ideation", state));
        for (var count = 0; count < 2; count++)
        {
            run.Check(RegistryKind.Submissions, """{"task_id":"t","kind":"ideation","status":"error","idea_ids":[]}""");
        }

        Assert.That(run.Complete().Lines, Is.EqualTo(new[] { "submissions.jsonl:2 t task_id: `t` is on line 1 already" }));
    }

    [Test]
    public void A_submission_with_a_million_faults_is_one_warning_that_counts_them()
    {
        const int Faults = 1_000_000;
        var row = $$"""{"task_id":"t","kind":"ideation","status":"success","idea_ids":[{{string.Join(',', Enumerable.Repeat("1", Faults))}}]}""";
        using (var failed = RowCheckRun.Submit(row, "failed"))
        {
            Assert.That(failed.Warnings, Has.Length.EqualTo(1).And.One.Contains("idea_ids[0]: must be a string, not a number (and 999999 more); "));
            Assert.That(failed.Total, Is.Zero);
        }

        using var completed = RowCheckRun.Submit(row);
        Assert.That(completed.Total, Is.EqualTo(Faults));
        Assert.That(completed.TotalWarnings, Is.Zero);
    }

    [Test]
    public void The_order_of_the_files_and_the_memory_for_keys_change_nothing([Range(1, 3)] int seed)
    {
        var random = new Random(seed);
        var tasks = Enumerable.Range(0, 600).Select(number => (Id: $"t-{number}", State: TaskStates.Names[random.Next(5)])).ToArray();
        var submissions = tasks.Select(task => s_broken[random.Next(s_broken.Length)].Row.Replace("\"t\"", $"\"{task.Id}\"", StringComparison.Ordinal)).ToArray();
        var kinds = submissions.Select(row => System.Text.Json.JsonDocument.Parse(row).RootElement.GetProperty("kind").GetString()!).ToArray();

        var expected = Run(tasksFirst: true, KeyLedger.DefaultBufferBytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Run(tasksFirst: false, KeyLedger.DefaultBufferBytes), Is.EqualTo(expected));
            Assert.That(Run(tasksFirst: true, KeyLedger.LeastBufferBytes), Is.EqualTo(expected));
            Assert.That(Run(tasksFirst: false, KeyLedger.LeastBufferBytes), Is.EqualTo(expected));
            Assert.That(expected, Has.Some.StartsWith("violation").And.Some.StartsWith("warning"), $"seed {seed}");
        }

        string[] Run(bool tasksFirst, int keyBufferBytes)
        {
            using var run = new RowCheckRun(capacity: 2000, keyBufferBytes: keyBufferBytes);
            foreach (var isTask in (bool[])[tasksFirst, !tasksFirst])
            {
                for (var number = 0; number < tasks.Length; number++)
                {
                    // One live task an idea and a variant: what the tasks work on is not at issue here.
                    var task = TaskOf(tasks[number].Id, kinds[number], tasks[number].State)
                        .Replace("\"i-1\"", $"\"i-{number}\"", StringComparison.Ordinal).Replace("\"v-1\"", $"\"v-{number}\"", StringComparison.Ordinal);
                    run.Check(isTask ? RegistryKind.Tasks : RegistryKind.Submissions, isTask ? task : submissions[number]);
                }
            }

            run.Complete();
            return [.. run.Lines.Where(line => line.StartsWith("submissions", StringComparison.Ordinal)).Select(line => $"violation {line}"), .. run.Warnings.Select(line => $"warning {line}")];
        }
    }

    [Test]
    public void Of_many_warnings_the_first_ones_are_listed_and_all_are_counted()
    {
        using var run = new RowCheckRun(capacity: 3);
        for (var number = 0; number < 50; number++)
        {
            run.Check(RegistryKind.Tasks, TaskOf($"t-{number}", "ideation", "failed"));
            run.Check(RegistryKind.Submissions, $$"""{"task_id":"t-{{number}}","kind":"ideation"}""");
        }

        run.Complete();
        Assert.That(run.Total, Is.Zero);
        Assert.That(run.TotalWarnings, Is.EqualTo(50));
        Assert.That(run.Warnings.Select(warning => warning[..24].TrimEnd()), Is.EqualTo(new[] { "submissions.jsonl:1 t-0", "submissions.jsonl:2 t-1", "submissions.jsonl:3 t-2" }));
    }
}
