using Eden.Checkpoint.AspNetCore.Authorization;
using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Results;

namespace Eden.Checkpoint.AspNetCore.Tests.Authorization;

/// <summary>Who waits, who goes next and who is refused.</summary>
[TestFixture]
public class VerificationTurnsTests
{
    private const string Ann = "wkr_01hqs3m4n5p6q7r8s9t0v1w2a1";
    private const string Bob = "wkr_01hqs3m4n5p6q7r8s9t0v1w2b2";

    [Test]
    public async Task As_many_run_at_once_as_may_and_the_rest_wait()
    {
        var turns = new VerificationTurns(2, 10);
        using var first = await turns.WaitAsync(Ann, "a", default);
        var second = await turns.WaitAsync(Ann, "a", default);

        var third = turns.WaitAsync(Ann, "a", default);
        var fourth = turns.WaitAsync(Ann, "a", default);
        Assert.That(third.IsCompleted || fourth.IsCompleted, Is.False);
        second.Dispose();
        second.Dispose();

        using var turn = await third;
        Assert.That(fourth.IsCompleted, Is.False, "a turn ends once, however often it is disposed");
    }

    [Test]
    public async Task Workers_take_turns_and_so_do_the_clients_of_one()
    {
        var turns = new VerificationTurns(1, 10);
        var running = await turns.WaitAsync(VerificationTurns.Nobody, "x", default);
        var order = new List<string>();
        var all = new[]
        {
            ("flood-1", VerificationTurns.Nobody, "x"), ("flood-2", VerificationTurns.Nobody, "x"), ("flood-3", VerificationTurns.Nobody, "x"), ("other-client", VerificationTurns.Nobody, "y"),
            ("ann-1", Ann, "x"), ("ann-2", Ann, "x"), ("bob", Bob, "x"),
        }.Select(RunAsync).ToArray();

        running.Dispose();
        await Task.WhenAll(all);

        Assert.That(order, Is.EqualTo(new[] { "flood-1", "ann-1", "bob", "other-client", "ann-2", "flood-2", "flood-3" }));

        async Task RunAsync((string Name, string Worker, string Client) request)
        {
            using var turn = await turns.WaitAsync(request.Worker, request.Client, default);
            order.Add(request.Name);
        }
    }

    [Test]
    public async Task When_no_more_may_wait_the_newest_of_whoever_has_most_is_refused()
    {
        var turns = new VerificationTurns(1, 4);
        using var running = await turns.WaitAsync(Ann, "x", default);
        var flood = Enumerable.Range(0, 4).Select(_ => turns.WaitAsync(VerificationTurns.Nobody, "x", default)).ToArray();

        var worker = turns.WaitAsync(Bob, "x", default);
        await Assert.ThrowsAsync<ServerBusyException>(() => flood[3]);
        await Assert.ThrowsAsync<ServerBusyException>(() => turns.WaitAsync(VerificationTurns.Nobody, "x", default), "the newest is the one that has just come");
        var another = turns.WaitAsync(VerificationTurns.Nobody, "y", default);
        await Assert.ThrowsAsync<ServerBusyException>(() => flood[2], "of the flood's clients the one with most");

        Assert.That(flood[..2].Append(worker).Append(another).Select(waiting => waiting.IsCompleted), Is.All.False);
    }

    [Test]
    public async Task Where_nobody_may_wait_everyone_beyond_the_turns_is_refused_at_once()
    {
        var turns = new VerificationTurns(1, 0);
        var running = await turns.WaitAsync(Ann, "x", default);

        await Assert.ThrowsAsync<ServerBusyException>(() => turns.WaitAsync(Bob, "x", default));
        running.Dispose();

        using var next = await turns.WaitAsync(Bob, "x", default);
    }

    [Test]
    public async Task Who_goes_away_waits_no_longer_and_costs_no_turn()
    {
        var turns = new VerificationTurns(1, 1);
        var running = await turns.WaitAsync(Ann, "x", default);
        using var client = new CancellationTokenSource();
        var gone = turns.WaitAsync(Ann, "x", client.Token);
        await client.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(() => gone);

        var next = turns.WaitAsync(Bob, "x", default);
        running.Dispose();

        using var turn = await next;
    }

    [Test]
    public async Task Every_request_ends_whatever_comes_and_goes()
    {
        var seed = Random.Shared.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var turns = new VerificationTurns(3, 8);
        var running = 0;
        var most = 0;
        var requests = Enumerable.Range(0, 3_000).Select(_ => (Worker: $"{random.Next(5)}", Client: $"{random.Next(40)}", Leaves: random.Next(4) == 0)).ToArray();

        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (request, _) =>
        {
            using var client = new CancellationTokenSource();
            var waiting = turns.WaitAsync(request.Worker, request.Client, client.Token);
            if (request.Leaves)
            {
                await client.CancelAsync();
            }

            try
            {
                using var turn = await waiting;
                var now = Interlocked.Increment(ref running);
                most = Math.Max(most, now);
                await Task.Yield();
                Interlocked.Decrement(ref running);
            }
            catch (Exception exception) when (exception is ServerBusyException or OperationCanceledException)
            {
                // It was told to come again, or left.
            }
        });

        Assert.That(most, Is.InRange(1, 3));
        using var first = await turns.WaitAsync("a", "a", default);
        using var second = await turns.WaitAsync("a", "a", default);
        using var third = await turns.WaitAsync("a", "a", default);
        Assert.That(turns.WaitAsync("a", "a", default).IsCompleted, Is.False, "all three turns are there again, and no more");
    }
}
