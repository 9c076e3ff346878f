using System.Data;
using Eden.Checkpoint.Tests.Kit;
using Npgsql;

namespace Eden.Checkpoint.Tests.Stores.Postgres;

/// <summary>How a snapshot lives beside writers, and how it ends.</summary>
[TestFixture]
[NonParallelizable]
public class PostgresSnapshotTests
{
    private const int Rows = 20_000;

    private TempDatabase _database = null!;
    private NpgsqlDataSource _single = null!;

    [SetUp]
    public async Task FillADatabase()
    {
        _database = await PostgresCheckpointStoreTests.CreateAsync();
        await _database.ExecuteAsync(
            $$"""
            INSERT INTO idea SELECT 'idea-' || to_char(n, 'FM000000'), 'ready', '{"idea_id":"idea-' || to_char(n, 'FM000000') || '","pad":"' || repeat('x', 200) || '"}'
            FROM generate_series(1, {{Rows}}) AS n
            """);

        // One connection only: whatever is not given back is missed at once.
        _single = NpgsqlDataSource.Create(_database.With(parts => (parts.MaxPoolSize, parts.Timeout) = (1, 5)));
    }

    [TearDown]
    public async Task DropTheDatabase()
    {
        if (_database is not null)
        {
            await _single.DisposeAsync();
            await _database.DisposeAsync();
        }
    }

    [Test]
    public async Task What_writers_commit_during_the_reading_is_not_in_it()
    {
        var experiment = SyntheticExperiment.WithoutRepository(48);
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await experiment.LoadAsync(database.DataSource);
        var store = new PostgresCheckpointStore(database.DataSource);

        await using (var snapshot = await store.OpenSnapshotAsync())
        {
            var committed = 0;
            using (Assert.EnterMultipleScope())
            {
                foreach (var kind in Enum.GetValues<RegistryKind>())
                {
                    var rows = new List<string>();
                    await foreach (var row in snapshot.ReadRowsAsync(kind))
                    {
                        rows.Add(System.Text.Encoding.UTF8.GetString(row.Span));
                        if (rows.Count == 2)
                        {
                            committed += await ChangeEveryTableAsync(database, kind);
                        }
                    }

                    Assert.That(rows, Is.EqualTo(experiment[kind]), kind.ToString());
                }

                Assert.That(committed, Is.EqualTo(7));
                Assert.That(snapshot.ExperimentText(), Is.EqualTo(experiment.ExperimentJson));
            }
        }

        await using var later = await store.OpenSnapshotAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await later.ListAsync(RegistryKind.Ideas), Has.Count.EqualTo(experiment[RegistryKind.Ideas].Count + 7));
            Assert.That(await later.ListAsync(RegistryKind.Groups), Is.Empty);
            Assert.That(later.ExperimentText(), Does.Contain("terminated"));
        }
    }

    [Test]
    public async Task A_serializable_writer_that_a_serializable_reader_would_abort_commits()
    {
        // The read-only anomaly: with a serializable reader in the place of the snapshot, the server aborts the slow writer.
        await _database.ExecuteAsync("CREATE TABLE balance (name text PRIMARY KEY, amount integer NOT NULL); INSERT INTO balance VALUES ('x', 0), ('y', 0)");
        await using var slow = await _database.DataSource.OpenConnectionAsync();
        await using var slowly = await slow.BeginTransactionAsync(IsolationLevel.Serializable);
        await ExecuteAsync(slow, "SELECT sum(amount) FROM balance");
        await using (var quick = await _database.DataSource.OpenConnectionAsync())
        {
            await using var quickly = await quick.BeginTransactionAsync(IsolationLevel.Serializable);
            await ExecuteAsync(quick, "UPDATE balance SET amount = 20 WHERE name = 'y'");
            await quickly.CommitAsync();
        }

        await using var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
        Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Has.Count.EqualTo(Rows));
        await ExecuteAsync(slow, "UPDATE balance SET amount = -11 WHERE name = 'x'; UPDATE idea SET state = 'dispatched' WHERE idea_id = 'idea-000001'");

        Assert.That(async () => await slowly.CommitAsync(), Throws.Nothing);
        Assert.That(await _database.ScalarAsync<string>("SELECT state FROM idea WHERE idea_id = 'idea-000001'"), Is.EqualTo("dispatched"));
    }

    [Test]
    public async Task An_open_snapshot_has_no_transaction_id_and_no_lock_that_a_writer_waits_for()
    {
        await using var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
        await snapshot.ListAsync(RegistryKind.Ideas);

        const string others = "FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await _database.ScalarAsync<long>($"SELECT count(*) {others}"), Is.EqualTo(1));
            Assert.That(await _database.ScalarAsync<long>($"SELECT count(backend_xid) {others}"), Is.Zero);
            Assert.That(
                await _database.ScalarAsync<string>($"SELECT string_agg(DISTINCT mode, ',') FROM pg_locks WHERE locktype = 'relation' AND pid IN (SELECT pid {others})"),
                Is.EqualTo("AccessShareLock"));
        }
    }

    [Test]
    public async Task A_row_of_many_mebibytes_comes_whole()
    {
        await _database.ExecuteAsync($$"""INSERT INTO variant VALUES ('v1', 'success', '{"variant_id":"v1","description":"' || repeat('é', 6 << 20) || '"}'), ('v2', 'success', '{"variant_id":"v2"}')""");

        await using var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
        var rows = await snapshot.ListAsync(RegistryKind.Variants);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows[0], Is.EqualTo($$"""{"variant_id":"v1","description":"{{new string('é', 6 << 20)}}"}"""));
            Assert.That(rows[1], Is.EqualTo("""{"variant_id":"v2"}"""));
        }
    }

    [Test]
    public async Task A_row_past_the_limit_is_refused_by_name_before_it_takes_memory()
    {
        await _database.ExecuteAsync("INSERT INTO variant VALUES ('v1', 'success', '{}'), ('v2', 'success', repeat('x', 64 << 20))");
        var limits = new CheckpointLimits { MaxLineBytes = 1 << 20 };
        var store = new PostgresCheckpointStore(_single, new PostgresCheckpointStoreOptions { Limits = limits });
        await using (var snapshot = await store.OpenSnapshotAsync())
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(async () => await snapshot.ListAsync(RegistryKind.Variants));
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

            using (Assert.EnterMultipleScope())
            {
                Assert.That(failure!.Violations.Single(), Is.EqualTo(
                    new CheckpointViolation(CheckpointRule.Limit, "variants.jsonl", 2, "v2", null, "The row is longer than the 1048576 bytes that a line may have.")));
                Assert.That(allocated, Is.LessThan(4 << 20));
            }
        }

        await AssertNothingIsLeftAsync();
    }

    [TestCase(299, ExpectedResult = true)]
    [TestCase(300, ExpectedResult = true)]
    [TestCase(301, ExpectedResult = false)]
    public async Task<bool> The_limit_counts_the_bytes_of_the_line(int length)
    {
        await _database.ExecuteAsync($"INSERT INTO variant VALUES ('v1', 'success', repeat('x', {length}))");
        return await FitsAsync(RegistryKind.Variants);
    }

    [TestCase(0, ExpectedResult = true)]
    [TestCase(1, ExpectedResult = false)]
    public async Task<bool> The_limit_counts_what_is_spliced_into_a_submission(int excess)
    {
        // {"task_id":"t","kind":"execution","a":"…"} of exactly 300 bytes, and longer.
        var fill = 300 - """{"task_id":"t","kind":"execution","a":""}""".Length + excess;
        await _database.ExecuteAsync(
            $$"""INSERT INTO task VALUES ('t', 'execution', 'completed', '{}'); INSERT INTO submission VALUES ('t', 'execution', '{"a":"' || repeat('x', {{fill}}) || '"}')""");
        return await FitsAsync(RegistryKind.Submissions);
    }

    [Test]
    public async Task A_long_key_is_shortened_in_the_message()
    {
        await _database.ExecuteAsync("INSERT INTO variant VALUES (repeat('k', 1000), 'success', repeat('x', 5000))");
        var store = new PostgresCheckpointStore(_single, new PostgresCheckpointStoreOptions { Limits = new CheckpointLimits { MaxLineBytes = 256 } });
        await using var snapshot = await store.OpenSnapshotAsync();

        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(async () => await snapshot.ListAsync(RegistryKind.Variants));

        Assert.That(failure!.Violations[0].Record, Is.EqualTo(new string('k', 200) + "…"));
    }

    [Test]
    public async Task A_cancellation_between_rows_leaves_no_transaction_and_a_usable_pool()
    {
        using var cancelling = new CancellationTokenSource();
        var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
        var read = 0;
        await using (snapshot)
        {
            Assert.That(
                async () =>
                {
                    await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Ideas, cancelling.Token))
                    {
                        if (++read == 100)
                        {
                            await cancelling.CancelAsync();
                        }
                    }
                },
                Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(read, Is.EqualTo(100));
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task A_cancellation_while_the_server_keeps_us_waiting_leaves_no_transaction_and_a_usable_pool()
    {
        using var cancelling = new CancellationTokenSource();
        await using var locking = await _database.DataSource.OpenConnectionAsync();
        await using (var holding = await locking.BeginTransactionAsync())
        {
            await ExecuteAsync(locking, "LOCK TABLE task IN ACCESS EXCLUSIVE MODE");
            await using var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
            var reading = snapshot.ListAsync(RegistryKind.Tasks, cancelling.Token);
            while (await _database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
            {
                Assert.That(reading.IsCompleted, Is.False);
            }

            await cancelling.CancelAsync();
            Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
        }

        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task A_reader_who_stops_or_fails_half_way_leaves_no_transaction_and_a_usable_pool()
    {
        var store = new PostgresCheckpointStore(_single);
        await using (var snapshot = await store.OpenSnapshotAsync())
        {
            await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Ideas))
            {
                break;
            }
        }

        await AssertNothingIsLeftAsync();
        Assert.That(
            async () =>
            {
                await using var snapshot = await store.OpenSnapshotAsync();
                await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Ideas))
                {
                    throw new IOException("The disk is full.");
                }
            },
            Throws.InstanceOf<IOException>());
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task A_snapshot_goes_on_after_a_reading_that_was_given_up()
    {
        await using var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
        await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Ideas))
        {
            break;
        }

        await _database.ExecuteAsync("DELETE FROM idea");

        Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Has.Count.EqualTo(Rows));
    }

    [Test]
    public async Task A_second_reader_of_a_snapshot_with_one_connection_is_refused()
    {
        await using var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
        await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Ideas))
        {
            Assert.That(async () => await snapshot.ListAsync(RegistryKind.Tasks), Throws.InvalidOperationException.With.Message.Contains("one registry at a time"));
            break;
        }

        Assert.That(await snapshot.ListAsync(RegistryKind.Tasks), Is.Empty);
    }

    [Test]
    public async Task Several_connections_read_one_snapshot_side_by_side()
    {
        var experiment = SyntheticExperiment.WithoutRepository(240);
        await using var database = await TempPostgres.CreateDatabaseAsync();
        await experiment.LoadAsync(database.DataSource);
        await using var four = NpgsqlDataSource.Create(database.With(parts => (parts.MaxPoolSize, parts.Timeout) = (4, 5)));
        var store = new PostgresCheckpointStore(four, new PostgresCheckpointStoreOptions { MaxConnections = 4 });
        await using (var snapshot = await store.OpenSnapshotAsync())
        {
            await ChangeEveryTableAsync(database, RegistryKind.Tasks);
            foreach (var kinds in Enum.GetValues<RegistryKind>().Chunk(4))
            {
                // All of them are at their first row before any goes on.
                var readers = kinds.Select(kind => snapshot.ReadRowsAsync(kind).GetAsyncEnumerator()).ToList();
                var begun = await Task.WhenAll(readers.Select(reader => reader.MoveNextAsync().AsTask()));
                Assert.That(begun, Is.All.True);
                if (kinds.Length == 4)
                {
                    Assert.That(async () => await snapshot.ListAsync(RegistryKind.Groups), Throws.InvalidOperationException);
                }

                foreach (var (kind, reader) in kinds.Zip(readers))
                {
                    var rows = new List<string>();
                    do
                    {
                        rows.Add(System.Text.Encoding.UTF8.GetString(reader.Current.Span));
                    }
                    while (await reader.MoveNextAsync());
                    await reader.DisposeAsync();
                    Assert.That(rows, Is.EqualTo(experiment[kind]), kind.ToString());
                }
            }
        }

        Assert.That(await PostgresCheckpointStoreTests.OpenTransactionsAsync(database), Is.Zero);
    }

    [Test]
    public async Task A_further_connection_that_cannot_be_had_fails_its_reader_only()
    {
        var store = new PostgresCheckpointStore(_single, new PostgresCheckpointStoreOptions { MaxConnections = 2 });
        await using (var snapshot = await store.OpenSnapshotAsync())
        {
            var read = 0;
            await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Ideas))
            {
                if (++read == 1)
                {
                    using var giveUp = new CancellationTokenSource();
                    var waiting = snapshot.ListAsync(RegistryKind.Tasks, giveUp.Token);
                    await giveUp.CancelAsync();
                    Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
                }
            }

            Assert.That(read, Is.EqualTo(Rows));
            Assert.That(await snapshot.ListAsync(RegistryKind.Tasks), Is.Empty);
        }

        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task A_backend_that_is_terminated_while_reading_surfaces_and_leaves_nothing()
    {
        // Enough rows that the server still has most of them to send.
        await _database.ExecuteAsync("INSERT INTO variant SELECT 'v' || n, 'success', repeat('x', 10000) FROM generate_series(1, 10000) AS n");
        await using (var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync())
        {
            var read = 0;
            Assert.That(
                async () =>
                {
                    await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Variants))
                    {
                        if (++read == 1)
                        {
                            await _database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
                        }
                    }
                },
                Throws.InstanceOf<NpgsqlException>());
            Assert.That(read, Is.InRange(1, 9999));
        }

        // The server's process takes a moment to end after its client was told.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await PostgresCheckpointStoreTests.OpenTransactionsAsync(_database) > 0)
        {
            Assert.That(patience.IsCancellationRequested, Is.False, "the terminated backend is still there");
        }

        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task A_cancelled_opening_leaves_no_transaction()
    {
        using var cancelling = new CancellationTokenSource();
        await using var locking = await _database.DataSource.OpenConnectionAsync();
        await using (var holding = await locking.BeginTransactionAsync())
        {
            await ExecuteAsync(locking, "LOCK TABLE experiment IN ACCESS EXCLUSIVE MODE");
            var opening = new PostgresCheckpointStore(_single).OpenSnapshotAsync(cancelling.Token);
            while (await _database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
            {
                Assert.That(opening.IsCompleted, Is.False);
            }

            await cancelling.CancelAsync();
            Assert.That(async () => await opening, Throws.InstanceOf<OperationCanceledException>());
        }

        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task A_disposed_snapshot_refuses_to_read_and_may_be_disposed_again()
    {
        var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
        await snapshot.DisposeAsync();
        await snapshot.DisposeAsync();

        Assert.That(() => snapshot.ReadRowsAsync(RegistryKind.Tasks), Throws.InstanceOf<ObjectDisposedException>());
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task Reading_allocates_less_than_half_of_a_row()
    {
        await _database.ExecuteAsync(
            """INSERT INTO event (event_id, type, occurred_at, experiment_id, data) SELECT 'evt-' || n, 'a.b', '', '', '{"event_id":"evt-' || n || '","pad":"' || repeat('x', 1000) || '"}' FROM generate_series(1, 100000) AS n""");
        var store = new PostgresCheckpointStore(_single);
        await using var snapshot = await store.OpenSnapshotAsync();
        var (rows, bytes) = (0L, 0L);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await foreach (var row in snapshot.ReadRowsAsync(RegistryKind.Events))
        {
            rows++;
            bytes += row.Length;
        }

        var perRow = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)rows;
        TestContext.Out.WriteLine($"{perRow:F1} bytes allocated per row of {bytes / rows}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Is.EqualTo(100_000));

            // Some 80 in an optimised build, where only Npgsql's task for a column is left; a debug build adds state machines. A string or an array for each row would be more than 1,000.
            Assert.That(perRow, Is.LessThan(500));
        }
    }

    /// <summary>Commits one serializable transaction that changes all the tables; a wait for a lock would fail it.</summary>
    private static async Task<int> ChangeEveryTableAsync(TempDatabase database, RegistryKind during)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable);
        await ExecuteAsync(
            connection,
            $"""
            SET LOCAL lock_timeout = '5s';
            UPDATE experiment SET state = 'terminated', dispatch_mode = dispatch_mode || ' ';
            UPDATE task SET data = data || ' ';
            INSERT INTO idea VALUES ('a-{during}', 'ready', 'new');
            DELETE FROM variant WHERE variant_id = (SELECT max(variant_id) FROM variant);
            UPDATE submission SET data = 'changed';
            INSERT INTO event (event_id, type, occurred_at, experiment_id, data) VALUES ('new-{during}', 'a.b', '', '', 'new');
            UPDATE worker SET data = 'changed', credential_hash = 'changed';
            DELETE FROM worker_group
            """);
        await transaction.CommitAsync();
        return 1;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> FitsAsync(RegistryKind kind)
    {
        var store = new PostgresCheckpointStore(_single, new PostgresCheckpointStoreOptions { Limits = new CheckpointLimits { MaxLineBytes = 300 } });
        await using var snapshot = await store.OpenSnapshotAsync();
        try
        {
            return (await snapshot.ListAsync(kind)).Count == 1;
        }
        catch (CheckpointInvalidException)
        {
            return false;
        }
    }

    private async Task AssertNothingIsLeftAsync()
    {
        Assert.That(await PostgresCheckpointStoreTests.OpenTransactionsAsync(_database), Is.Zero, "open transactions");
        await using var snapshot = await new PostgresCheckpointStore(_single).OpenSnapshotAsync();
        Assert.That(await snapshot.ListAsync(RegistryKind.Ideas), Has.Count.EqualTo(Rows), "rows through the same pool");
    }
}
