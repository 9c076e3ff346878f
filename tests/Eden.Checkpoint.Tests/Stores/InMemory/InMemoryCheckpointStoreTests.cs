using System.Text;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Stores.InMemory;

[TestFixture]
public class InMemoryCheckpointStoreTests
{
    private const string Record = """{"experiment_id":"exp_1","state":"running"}""";

    [Test]
    public async Task A_snapshot_gives_back_every_row_byte_for_byte_in_the_order_of_the_format()
    {
        var experiment = SyntheticExperiment.WithoutRepository(30);

        await using var snapshot = await experiment.ToInMemoryStore().OpenSnapshotAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(snapshot.ExperimentId, Is.EqualTo(experiment.ExperimentId));
            Assert.That(snapshot.ExperimentText(), Is.EqualTo(experiment.ExperimentJson));
            foreach (var kind in Enum.GetValues<RegistryKind>())
            {
                Assert.That(await snapshot.ListAsync(kind), Is.EqualTo(experiment[kind]), kind.ToString());
            }
        }
    }

    [Test]
    public async Task Later_changes_are_not_in_a_snapshot()
    {
        var store = new InMemoryCheckpointStore(Record);
        store.Put(RegistryKind.Ideas, """{"idea_id":"a","v":1}""");
        store.Put(RegistryKind.Ideas, """{"idea_id":"b","v":1}""");
        store.Append("""{"event_id":"1"}""");
        await using var before = await store.OpenSnapshotAsync();

        store.Put(RegistryKind.Ideas, """{"idea_id":"a","v":2}""");
        store.Append("""{"event_id":"0"}""");
        store.PutExperiment("""{"experiment_id":"exp_1","state":"terminated"}""");
        var removed = store.Remove(RegistryKind.Ideas, "b");
        await using var after = await store.OpenSnapshotAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(removed, Is.True);
            Assert.That(store.Remove(RegistryKind.Ideas, "b"), Is.False);
            Assert.That(await before.ListAsync(RegistryKind.Ideas), Is.EqualTo((string[])["""{"idea_id":"a","v":1}""", """{"idea_id":"b","v":1}"""]));
            Assert.That(await before.ListAsync(RegistryKind.Events), Is.EqualTo((string[])["""{"event_id":"1"}"""]));
            Assert.That(before.ExperimentText(), Does.Contain("running"));
            Assert.That(await after.ListAsync(RegistryKind.Ideas), Is.EqualTo((string[])["""{"idea_id":"a","v":2}"""]));
            Assert.That(await after.ListAsync(RegistryKind.Events), Is.EqualTo((string[])["""{"event_id":"1"}""", """{"event_id":"0"}"""]));
            Assert.That(after.ExperimentText(), Does.Contain("terminated"));
        }
    }

    [Test]
    public async Task Keys_sort_by_utf8_bytes_with_their_escapes_resolved()
    {
        var store = new InMemoryCheckpointStore(Record);
        string[] rows = ["""{"task_id":"A"}""", """{"task_id":"\u0042"}""", """{"task_id":"a"}""", """{"task_id":"é"}""", """{"task_id":"\uffee"}""", """{"task_id":"🚀"}"""];
        foreach (var row in rows.Reverse())
        {
            store.Put(RegistryKind.Tasks, row);
        }

        store.Put(RegistryKind.Tasks, rows[1]);

        await using var snapshot = await store.OpenSnapshotAsync();
        Assert.That(await snapshot.ListAsync(RegistryKind.Tasks), Is.EqualTo(rows));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{\"worker_id\":\"a\"")]
    [TestCase("{\"worker_id\":\"a\"} {}")]
    [TestCase("{\"worker_id\":\"a\",\"labels\":{\"x\":nul}}")]
    [TestCase("{\"worker_id\":\"\"}")]
    [TestCase("{\"worker_id\":7}")]
    [TestCase("{\"worker_id\":null}")]
    [TestCase("{\"worker_id\":\"\\ud800\"}")]
    [TestCase("{\"labels\":{\"worker_id\":\"a\"}}")]
    public void What_has_no_key_is_an_argument_mistake(string json)
        => Assert.That(
            () => new InMemoryCheckpointStore(Record).Put(RegistryKind.Workers, json), Throws.ArgumentException.With.Property("ParamName").EqualTo("json"));

    [Test]
    public void Events_are_appended_and_stay()
    {
        var store = new InMemoryCheckpointStore(Record);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => store.Put(RegistryKind.Events, """{"event_id":"1"}"""), Throws.ArgumentException);
            Assert.That(() => store.Remove(RegistryKind.Events, "1"), Throws.ArgumentException);
            Assert.That(() => store.Append("""{"type":"x.y"}"""), Throws.ArgumentException);
            Assert.That(() => new InMemoryCheckpointStore("{}"), Throws.ArgumentException);
        }
    }

    [Test]
    public async Task The_store_keeps_a_copy_of_what_it_is_given()
    {
        var store = new InMemoryCheckpointStore(Record);
        var row = Encoding.UTF8.GetBytes("""{"group_id":"g"}""");
        store.Put(RegistryKind.Groups, row);
        row.AsSpan().Clear();

        await using var snapshot = await store.OpenSnapshotAsync();
        Assert.That(await snapshot.ListAsync(RegistryKind.Groups), Is.EqualTo((string[])["""{"group_id":"g"}"""]));
    }

    [Test]
    public async Task The_instant_is_the_clocks_in_whole_microseconds_utc()
    {
        var time = new FixedTime(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.FromHours(2)).AddTicks(1_234_567));

        await using var snapshot = await new InMemoryCheckpointStore(Record, time).OpenSnapshotAsync();

        Assert.That(snapshot.TakenAt.ToString("O"), Is.EqualTo("2026-05-01T10:00:00.1234560+00:00"));
    }

    [Test]
    public async Task Many_writers_at_once_lose_nothing()
    {
        var store = new InMemoryCheckpointStore(Record);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (var row = 0; row < 500; row++)
            {
                store.Put(RegistryKind.Variants, $$"""{"variant_id":"{{writer}}-{{row}}"}""");
                store.Append($$"""{"event_id":"{{writer}}-{{row}}"}""");
            }
        })));

        Assert.That((store.Count(RegistryKind.Variants), store.Count(RegistryKind.Events)), Is.EqualTo((4000, 4000)));
    }

    [Test]
    public async Task Reading_stops_at_a_cancellation_and_after_disposal()
    {
        var store = SyntheticExperiment.WithoutRepository(12).ToInMemoryStore();
        var snapshot = await store.OpenSnapshotAsync();
        using var cancelling = new CancellationTokenSource();
        var read = 0;

        Assert.That(
            async () =>
            {
                await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Events, cancelling.Token))
                {
                    read++;
                    await cancelling.CancelAsync();
                }
            },
            Throws.InstanceOf<OperationCanceledException>());
        await snapshot.DisposeAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read, Is.EqualTo(1));
            Assert.That(() => snapshot.ReadRowsAsync(RegistryKind.Events), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => store.OpenSnapshotAsync(new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
        }
    }
}
