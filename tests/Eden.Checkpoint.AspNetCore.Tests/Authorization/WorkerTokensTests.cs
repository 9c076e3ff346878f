using Eden.Checkpoint.AspNetCore.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace Eden.Checkpoint.AspNetCore.Tests.Authorization;

[TestFixture]
public class WorkerTokensTests
{
    private const string Ann = "wkr_01hqs3m4n5p6q7r8s9t0v1w2a1";
    private const string Bob = "wkr_01hqs3m4n5p6q7r8s9t0v1w2b2";
    private const string Client = "192.0.2.1";
    private const string AnnsHash = "$argon2id$v=19$m=65536,t=3,p=4$YW5u$YW5u";

    private readonly EdenCheckpointOptions _options = new();
    private readonly List<(string Token, string Hash)> _verified = [];
    private Dictionary<string, string> _stored = [];

    [SetUp]
    public void SetUp()
    {
        _verified.Clear();
        _stored = new() { [Ann] = AnnsHash };
    }

    [Test]
    public async Task An_unknown_worker_costs_one_verification_of_the_same_parameters_as_a_known_one()
    {
        using var tokens = Tokens();

        Assert.That(await tokens.IsValidAsync(Ann, "wrong", Client, default), Is.False);
        Assert.That(await tokens.IsValidAsync(Bob, "wrong", Client, default), Is.False);

        Assert.That(_verified, Has.Count.EqualTo(2));
        var issued = await new Argon2idCredentialIssuer().IssueAsync(Bob);
        Assert.That(Parameters(_verified[1].Hash), Is.EqualTo(Parameters(issued.Hash)), "the hash of nobody must cost what an issued one costs");
        Assert.That(await Argon2idCredentialIssuer.VerifyAsync("wrong", WorkerTokens.NobodysHash), Is.False);
        Assert.That(issued.Hash, Has.Length.EqualTo(WorkerTokens.NobodysHash.Length), "a hash that cannot be read would cost nothing");

        static string Parameters(string hash) => string.Join('$', hash.Split('$')[..4]);
    }

    [Test]
    public async Task Nobody_gets_in_with_the_hash_of_nobody()
    {
        using var tokens = Tokens((_, _) => true);

        Assert.That(await tokens.IsValidAsync(Bob, "anything", Client, default), Is.False);
    }

    [Test]
    public async Task A_stored_text_that_is_no_hash_is_treated_as_an_unknown_worker()
    {
        _stored[Ann] = "plain";
        using var tokens = Tokens((_, _) => true);

        Assert.That(await tokens.IsValidAsync(Ann, "anything", Client, default), Is.False);
        Assert.That(_verified, Is.EqualTo(new[] { ("anything", WorkerTokens.NobodysHash) }));
    }

    [Test]
    public async Task A_verified_token_is_not_computed_again_and_a_refused_one_is()
    {
        using var tokens = Tokens();

        Assert.That(await tokens.IsValidAsync(Ann, "right", Client, default));
        Assert.That(await tokens.IsValidAsync(Ann, "right", Client, default));
        Assert.That(_verified, Has.Count.EqualTo(1));

        Assert.That(await tokens.IsValidAsync(Ann, "wrong", Client, default), Is.False);
        Assert.That(await tokens.IsValidAsync(Ann, "wrong", Client, default), Is.False);
        Assert.That(_verified, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_credential_that_was_reissued_or_withdrawn_is_refused_at_once()
    {
        using var tokens = Tokens((token, hash) => token == "right" && hash == AnnsHash);
        Assert.That(await tokens.IsValidAsync(Ann, "right", Client, default));

        _stored[Ann] = AnnsHash + "x";
        Assert.That(await tokens.IsValidAsync(Ann, "right", Client, default), Is.False);

        _stored.Remove(Ann);
        Assert.That(await tokens.IsValidAsync(Ann, "right", Client, default), Is.False);
    }

    [Test]
    public async Task No_more_hashes_are_computed_at_once_than_allowed()
    {
        var running = 0;
        var most = 0;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var two = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var tokens = new WorkerTokens([Hashes()], _options, async (_, _, _) =>
        {
            var now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            if (now == 2)
            {
                two.TrySetResult();
            }

            await gate.Task;
            Interlocked.Decrement(ref running);
            return false;
        }, NullLogger.Instance);

        var all = Enumerable.Range(0, 10).Select(i => tokens.IsValidAsync(Ann, $"wrong-{i}", Client, default)).ToArray();
        await two.Task;
        gate.SetResult();
        await Task.WhenAll(all);

        Assert.That(most, Is.EqualTo(2));
    }

    [Test]
    public void The_cache_is_bounded_and_drops_the_least_recently_used()
    {
        var cache = new VerifiedTokenCache(2);
        cache.Add(Ann, "1", AnnsHash);
        cache.Add(Ann, "2", AnnsHash);
        Assert.That(cache.Contains(Ann, "1", AnnsHash));
        cache.Add(Ann, "3", AnnsHash);

        Assert.That(cache.Count, Is.EqualTo(2));
        Assert.That(cache.Contains(Ann, "1", AnnsHash));
        Assert.That(cache.Contains(Ann, "2", AnnsHash), Is.False);
        Assert.That(cache.Contains(Bob, "1", AnnsHash), Is.False);
    }

    [Test]
    public void A_cache_of_nothing_remembers_nothing()
    {
        var cache = new VerifiedTokenCache(0);
        cache.Add(Ann, "1", AnnsHash);
        Assert.That(cache.Contains(Ann, "1", AnnsHash), Is.False);
    }

    private WorkerTokens Tokens(Func<string, string, bool>? verify = null)
        => new([Hashes()], _options, (token, hash, _) =>
        {
            _verified.Add((token, hash));
            return Task.FromResult(verify?.Invoke(token, hash) ?? token == "right");
        }, NullLogger.Instance);

    private IWorkerCredentialHashes Hashes()
    {
        var hashes = new Mock<IWorkerCredentialHashes>();
        hashes.Setup(h => h.FindAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, CancellationToken _) => _stored.GetValueOrDefault(id));
        return hashes.Object;
    }
}
