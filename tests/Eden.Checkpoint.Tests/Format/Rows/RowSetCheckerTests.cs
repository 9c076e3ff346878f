using System.Globalization;
using System.Text;
using Eden.Checkpoint.Format.Rows;
using Eden.Checkpoint.Format.Rows.Keys;
using Eden.Checkpoint.Model;
using static Eden.Checkpoint.Tests.Format.Rows.RowFixtures;

namespace Eden.Checkpoint.Tests.Format.Rows;

/// <summary>What holds between rows, and what the checker hands on.</summary>
[TestFixture]
public class RowSetCheckerTests
{
    [Test]
    public void An_id_is_unique_in_its_file_byte_for_byte()
    {
        using var run = new RowCheckRun();
        foreach (var (kind, row) in All)
        {
            run.Check(kind, row);
            run.Check(kind, row);
        }

        run.Check(RegistryKind.Ideas, Idea.Replace("i-1", "I-1", StringComparison.Ordinal));
        run.Check(RegistryKind.Ideas, Idea.Replace("i-1", "\\u0069-1", StringComparison.Ordinal));
        var found = run.Complete().Violations.Where(violation => violation.Rule == CheckpointRule.DuplicateId).Select(violation => violation.ToString());
        Assert.That(found, Is.EqualTo(new[]
        {
            "tasks.jsonl:2 t-1 task_id: `t-1` is on line 1 already",
            "tasks.jsonl:4 t-2 task_id: `t-2` is on line 3 already",
            "tasks.jsonl:6 t-3 task_id: `t-3` is on line 5 already",
            "ideas.jsonl:2 i-1 idea_id: `i-1` is on line 1 already",
            "ideas.jsonl:4 i-1 idea_id: `i-1` is on line 1 already",
            "variants.jsonl:2 v-0 variant_id: `v-0` is on line 1 already",
            "variants.jsonl:4 v-1 variant_id: `v-1` is on line 3 already",
            "submissions.jsonl:2 t-1 task_id: `t-1` is on line 1 already",
            "submissions.jsonl:4 t-2 task_id: `t-2` is on line 3 already",
            "submissions.jsonl:6 t-3 task_id: `t-3` is on line 5 already",
            "events.jsonl:2 evt-000001 event_id: `evt-000001` is on line 1 already",
            $"workers.jsonl:2 {WorkerId} worker_id: `{WorkerId}` is on line 1 already",
            $"groups.jsonl:2 {GroupId} group_id: `{GroupId}` is on line 1 already",
        }));
    }

    [Test]
    public void References_that_do_not_resolve_are_named_with_their_row_and_field()
    {
        using var run = new RowCheckRun();
        run.Check(RegistryKind.Tasks, ExecutionTask);
        run.Check(RegistryKind.Tasks, EvaluationTask);
        run.Check(RegistryKind.Variants, Variant.Replace("v-1", "v-2", StringComparison.Ordinal));
        run.Check(RegistryKind.Submissions, IdeationSubmission.Replace("[\"i-1\"]", "[\"i-8\",\"i-9\"]", StringComparison.Ordinal));
        run.Check(RegistryKind.Submissions, EvaluationSubmission);
        Assert.That(run.Complete().Lines, Is.EqualTo(new[]
        {
            "tasks.jsonl:1 t-2 payload.idea_id: there is no idea `i-1`",
            "tasks.jsonl:2 t-3 payload.variant_id: there is no variant `v-1`",
            "variants.jsonl:1 v-2 idea_id: there is no idea `i-1`",
            "submissions.jsonl:1 t-1 task_id: there is no task `t-1`",
            "submissions.jsonl:1 t-1 idea_ids[0]: there is no idea `i-8`",
            "submissions.jsonl:1 t-1 idea_ids[1]: there is no idea `i-9`",
            "submissions.jsonl:2 t-3 variant_id: there is no variant `v-1`",
        }));
    }

    [Test]
    public void A_submission_has_the_kind_of_its_task()
    {
        using var run = new RowCheckRun();
        run.Check(RegistryKind.Tasks, IdeationTask);
        run.Check(RegistryKind.Submissions, EvaluationSubmission.Replace("t-3", "t-1", StringComparison.Ordinal));
        run.Check(RegistryKind.Ideas, Idea);
        run.Check(RegistryKind.Variants, Variant);
        Assert.That(
            run.Complete().Lines,
            Is.EqualTo(new[] { "submissions.jsonl:1 t-1 kind: the submission's kind is evaluation, the kind of task `t-1` is ideation" }));
    }

    [Test]
    public void At_most_one_live_task_works_on_an_idea_or_a_variant(
        [Values("pending", "claimed", "submitted", "completed", "failed")] string state, [Values] bool evaluation)
    {
        using var run = new RowCheckRun();
        run.Check(RegistryKind.Ideas, Idea);
        run.Check(RegistryKind.Variants, Variant);
        var live = ExecutionTask.Replace("execution", evaluation ? "evaluation" : "execution", StringComparison.Ordinal)
            .Replace("\"idea_id\":\"i-1\"", evaluation ? "\"variant_id\":\"v-1\"" : "\"idea_id\":\"i-1\"", StringComparison.Ordinal);
        run.Check(RegistryKind.Tasks, live);
        var other = live.Replace("t-2", "t-9", StringComparison.Ordinal).Replace("\"claimed\"", $"\"{state}\"", StringComparison.Ordinal);
        if (state is not ("claimed" or "submitted"))
        {
            other = other.Remove(other.IndexOf("\"claim\"", StringComparison.Ordinal), other.IndexOf("\"created_at\"", StringComparison.Ordinal) - other.IndexOf("\"claim\"", StringComparison.Ordinal));
        }

        run.Check(RegistryKind.Tasks, other);
        var expected = evaluation
            ? "tasks.jsonl:2 t-9 payload.variant_id: `v-1` already has a live evaluation task on line 1"
            : "tasks.jsonl:2 t-9 payload.idea_id: `i-1` already has a live execution task on line 1";
        Assert.That(run.Complete().Lines, Is.EqualTo(state is "completed" or "failed" ? Array.Empty<string>() : [expected]));
    }

    [Test]
    public void Group_cycles_are_violations_and_groups_that_do_not_exist_are_none()
    {
        using var run = new RowCheckRun();
        var absent = GroupId[..^1] + "0";
        run.Check(RegistryKind.Groups, GroupOf(GroupId, OtherGroupId));
        run.Check(RegistryKind.Groups, GroupOf(OtherGroupId, WorkerId, absent, GroupId));
        Assert.That(
            run.Complete().Lines,
            Is.EqualTo(new[] { $"groups.jsonl:2 {OtherGroupId} members[2]: the group contains itself: {GroupId} → {OtherGroupId} → {GroupId}" }));
    }

    [Test]
    public void A_group_that_names_itself_is_a_cycle()
    {
        using var run = new RowCheckRun();
        run.Check(RegistryKind.Groups, GroupOf(GroupId, GroupId));
        Assert.That(run.Complete().Violations.Single().Rule, Is.EqualTo(CheckpointRule.GroupCycle));
    }

    [Test]
    public void A_chain_of_groups_may_be_as_long_as_it_likes_and_a_diamond_is_no_cycle()
    {
        const int Groups = 50_000;
        using var run = new RowCheckRun();
        for (var index = 0; index < Groups; index++)
        {
            run.Check(RegistryKind.Groups, index + 2 < Groups ? GroupOf(NumberedGroup(index), NumberedGroup(index + 1), NumberedGroup(index + 2)) : GroupOf(NumberedGroup(index)));
        }

        Assert.That(run.Complete().Lines, Is.Empty);
    }

    [Test]
    public void A_member_that_is_named_twice_is_a_warning([Values(2, 40, 200)] int members)
    {
        // Short lists and long ones are searched in different ways.
        var ids = Enumerable.Range(0, members).Select(NumberedGroup).ToArray();
        ids[^1] = ids[0];
        using var run = new RowCheckRun();
        run.Check(RegistryKind.Groups, GroupOf(GroupId, ids));
        Assert.That(run.Complete().Lines, Is.Empty);
        Assert.That(run.Warnings, Has.Length.EqualTo(1).And.One.StartsWith($"groups.jsonl:1 {GroupId} members").And.One.EndsWith($"`{ids[0]}` is named twice; an import keeps it once"));
    }

    [Test]
    public void A_member_is_named_twice_also_when_it_is_escaped_once()
    {
        using var run = new RowCheckRun();
        run.Check(RegistryKind.Groups, GroupOf(GroupId, WorkerId, OtherGroupId, "\\u0077" + WorkerId[1..]));
        Assert.That(run.Complete().Lines, Is.Empty);
        Assert.That(run.Warnings, Is.EqualTo(new[] { $"groups.jsonl:1 {GroupId} members[2]: `{WorkerId}` is named twice; an import keeps it once" }));
    }

    [Test]
    public void Two_groups_with_one_display_name_are_a_warning()
    {
        using var run = new RowCheckRun();
        run.Check(RegistryKind.Groups, Group);
        run.Check(RegistryKind.Groups, Group.Replace(GroupId, OtherGroupId, StringComparison.Ordinal).Replace($"\"{OtherGroupId}\"],", "],", StringComparison.Ordinal).Replace(",],", "],", StringComparison.Ordinal).Replace("réviewers", "r\\u00e9viewers", StringComparison.Ordinal));
        run.Check(RegistryKind.Groups, GroupOf(NumberedGroup(1)));
        run.Check(RegistryKind.Workers, Worker.Replace("wörker 7", "réviewers", StringComparison.Ordinal));
        Assert.That(run.Complete().Lines, Is.Empty);
        Assert.That(run.Warnings, Is.EqualTo(new[] { $"groups.jsonl:2 {OtherGroupId} name: `réviewers` is the name of the group on line 1 too" }));
    }

    [Test]
    public void Memberships_of_groups_in_groups_are_limited()
    {
        var violations = new ViolationList(10);
        var graph = new GroupGraph("groups.jsonl", 2);
        for (var index = 0; index < 5; index++)
        {
            graph.Add(Encoding.UTF8.GetBytes(GroupId), 1, Encoding.UTF8.GetBytes(NumberedGroup(index)), index, violations);
        }

        Assert.That(violations.Listed.Single().Rule, Is.EqualTo(CheckpointRule.Limit));
    }

    [Test]
    public void Artifacts_that_rows_name_must_travel_along()
    {
        using var run = new RowCheckRun();
        var missing = RowFixtures.Sha256.Replace('e', 'f');
        run.Checker.AddArtifact(RowFixtures.Sha256);
        run.Check(RegistryKind.Ideas, Idea.Replace("eden://artifacts/a0", $"checkpoint:sha256:{RowFixtures.Sha256}", StringComparison.Ordinal));
        run.Check(RegistryKind.Variants, Variant.Replace("file:///tmp/x", $"checkpoint:sha256:{missing}", StringComparison.Ordinal));
        Assert.That(
            run.Complete().Lines,
            Is.EqualTo(new[] { $"variants.jsonl:1 v-1 executor_artifacts_uri: the archive has no artifact `{missing}`" }));
    }

    [Test]
    public void Every_git_reference_of_the_rows_is_handed_on()
    {
        using var run = new RowCheckRun();
        foreach (var (kind, row) in All)
        {
            run.Check(kind, row);
        }

        var owners = run.Checker.References.Targets().SelectMany(target => target.Owners()).Select(owner => $"{owner.Member}:{owner.Line} {owner.RecordId} {owner.FieldPath}={owner.Value}");
        Assert.That(owners, Is.EquivalentTo(new[]
        {
            $"experiment.json: {ExperimentId} base_commit_sha={Sha}",
            $"ideas.jsonl:1 i-1 parent_commits[0]={Sha}",
            $"ideas.jsonl:1 i-1 parent_commits[1]={RowFixtures.Sha256}",
            $"variants.jsonl:1 v-0 parent_commits[0]={Sha}",
            $"variants.jsonl:2 v-1 parent_commits[0]={Sha}",
            "variants.jsonl:2 v-1 branch=work/idea-0",
            $"variants.jsonl:2 v-1 commit_sha={Sha}",
            $"variants.jsonl:2 v-1 variant_commit_sha={OtherSha}",
            $"submissions.jsonl:2 t-2 commit_sha={Sha}",
        }));
        Assert.That(run.Checker.References.Targets().Single(target => target.Branch is not null).BranchCommit, Is.EqualTo(Sha));
    }

    [Test]
    public void A_row_with_white_space_outside_strings_is_good_but_not_compact(
        [Values("{ \"idea_id\"", "{\"idea_id\" ", "{\t\"idea_id\"", " {\"idea_id\"")] string start)
    {
        using var run = new RowCheckRun();
        Assert.That(run.Check(RegistryKind.Ideas, Idea.Replace("{\"idea_id\"", start, StringComparison.Ordinal)), Is.False);
        Assert.That(run.Lines, Is.Empty);
    }

    [Test]
    public void Duplicate_names_and_broken_escapes_are_reported_beside_the_other_violations()
    {
        var found = RowCheckRun.Find(
            RegistryKind.Ideas,
            Idea.Replace("\"priority\":0.5", "\"priority\":\"\\ud800\",\"x\":{\"y\":1,\"y\":2}", StringComparison.Ordinal));
        Assert.That(found, Is.EqualTo(new[]
        {
            "ideas.jsonl:1 i-1 priority: holds half of a surrogate pair",
            "ideas.jsonl:1 i-1 x.y: stands twice in its object",
            "ideas.jsonl:1 i-1 priority: must be a number, not a string",
        }));
    }

    [Test]
    public void Too_many_rows_that_are_not_json_end_the_check_but_not_the_count()
    {
        using var run = new RowCheckRun(capacity: 10);
        for (var row = 0; row < RowSetChecker.MostMalformedRows + 100; row++)
        {
            run.Check(RegistryKind.Events, "{");
        }

        Assert.That(run.Checker.Count(RegistryKind.Events), Is.EqualTo(RowSetChecker.MostMalformedRows + 100));
        Assert.That(run.Total, Is.EqualTo(RowSetChecker.MostMalformedRows + 1));
    }

    [Test]
    public void Mutated_rows_give_violations_or_none_but_nothing_else([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        using var run = new RowCheckRun(capacity: 10);
        var rows = All.ToArray();
        for (var round = 0; round < 2000; round++)
        {
            var (kind, text) = rows[random.Next(rows.Length)];
            var bytes = Encoding.UTF8.GetBytes(text).ToList();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveAt(at);
                        break;
                    case 2:
                        bytes.Insert(at, (byte)"{}[]\",:\\u0nt e9"[random.Next(15)]);
                        break;
                    default:
                        bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), random.Next(bytes.Count / 2)));
                        break;
                }
            }

            Assert.That(() => run.Check(kind, bytes.ToArray()), Throws.Nothing, $"seed {seed}, round {round}");
        }

        Assert.That(() => run.Complete(), Throws.Nothing, $"seed {seed}");
        Assert.That(run.Total, Is.GreaterThan(0));
    }

    private static string NumberedGroup(int number) => string.Create(CultureInfo.InvariantCulture, $"grp_{number:D26}");

    private static string GroupOf(string id, params string[] members)
        => $$"""{"group_id":"{{id}}","experiment_id":"{{ExperimentId}}","members":[{{string.Join(',', members.Select(member => $"\"{member}\""))}}],"created_at":"{{Time}}"}""";
}
