using System.Text.Json.Nodes;
using Eden.Checkpoint.AspNetCore.Tests.Kit;
using Eden.Checkpoint.Tests.Kit;
using Microsoft.AspNetCore.Http;

namespace Eden.Checkpoint.AspNetCore.Tests.Endpoints;

/// <summary>Exports at once, while an experiment goes on: every archive must hold the commits that its own rows name.</summary>
[TestFixture]
public class ConcurrentExportTests
{
    private const int Exports = 20;

    [Test]
    public async Task Twenty_exports_while_commits_are_published_and_rows_written_share_two_syncs_and_all_verify()
    {
        await using var deployment = await Deployment.CreateAsync();
        var sync = new HeldSync(deployment.Remote);
        var provider = new CountingProvider(deployment.Served().Bundles!, Exports);
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(deployment.Served() with { Bundles = provider }));

        // The first export's sync has listed the remote's refs, and is stopped before the pack comes.
        var exports = new List<Task<byte[]>> { server.ExportedAsync(deployment.Id) };
        await sync.Reached.Task;
        var experiment = new LiveExperiment(deployment);
        for (var i = 0; i < 3; i++)
        {
            await experiment.AddVariantAsync();
        }

        // All others begin while it is stopped, and while more is published and written.
        exports.AddRange(Enumerable.Range(1, Exports - 1).Select(_ => server.ExportedAsync(deployment.Id)));

        // An export that ends already has failed, and says so below.
        await experiment.AddVariantsUntilAsync(Task.WhenAny([provider.EveryoneAsked.Task, .. exports]));
        sync.Gate.SetResult();

        var known = deployment.Experiment[RegistryKind.Variants].Count;
        var variants = new List<int>();
        foreach (var archive in await Task.WhenAll(exports))
        {
            var report = await new CheckpointVerifier(new CrossReferenceValidator()).VerifyAsync(new MemoryStream(archive));
            Assert.That(report.Violations, Is.Empty);
            Assert.That(report.HasBundle);
            variants.Add(TarMembers.Read(archive)["checkpoint/variants.jsonl"].Count(value => value == (byte)'\n') - known);
        }

        Assert.That(variants[0], Is.Zero);
        Assert.That(variants.Skip(1), Is.All.InRange(3, experiment.Added));
        Assert.That(sync.Listings, Is.EqualTo(2), "all others were to share the second sync");
        deployment.AssertNothingIsLeft();
        Assert.That(await deployment.OpenTransactionsAsync(), Is.Zero);
    }

    [Test]
    public async Task Exports_that_nothing_holds_back_verify_too_and_cost_no_more_syncs_than_exports()
    {
        await using var deployment = await Deployment.CreateAsync();
        var sync = new HeldSync(deployment.Remote);
        sync.Gate.SetResult();
        await using var server = await TestServer.StartAsync(options => options.Experiments.Add(deployment.Served()));
        var experiment = new LiveExperiment(deployment);
        var exports = Enumerable.Range(0, Exports).Select(_ => server.ExportedAsync(deployment.Id)).ToArray();

        await experiment.AddVariantsUntilAsync(Task.WhenAll(exports));

        foreach (var export in exports)
        {
            var report = await new CheckpointVerifier(new CrossReferenceValidator()).VerifyAsync(new MemoryStream(await export));
            Assert.That(report.Violations, Is.Empty);
        }

        Assert.That(experiment.Added, Is.Positive);
        Assert.That(sync.Listings, Is.InRange(1, Exports));
    }

    /// <summary>A remote that counts how often its refs are listed, and holds the first request for a pack.</summary>
    private sealed class HeldSync
    {
        private int _listings;

        public HeldSync(GitHttpRemote remote) => remote.OnRequest = OnRequestAsync;

        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Listings => Volatile.Read(ref _listings);

        private async Task OnRequestAsync(HttpRequest request)
        {
            // The first question of a sync comes without the credential, and is refused.
            if (request.Path.Value!.EndsWith("/info/refs", StringComparison.Ordinal) && request.Headers.Authorization.Count > 0)
            {
                Interlocked.Increment(ref _listings);
            }

            if (request.Method == HttpMethods.Post && Reached.TrySetResult())
            {
                await Gate.Task;
            }
        }
    }

    /// <summary>Tells when so many exports have ended their snapshots and wait for their bundles.</summary>
    private sealed class CountingProvider(IRepoBundleProvider inner, int all) : IRepoBundleProvider
    {
        private int _asked;

        public TaskCompletionSource EveryoneAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default)
        {
            var bundle = inner.CreateBundleAsync(request, cancellationToken);
            if (Interlocked.Increment(ref _asked) == all)
            {
                EveryoneAsked.SetResult();
            }

            return bundle;
        }
    }

    /// <summary>Goes on with an experiment the way its workers do: the commit is published first, then the row that names it is written.</summary>
    private sealed class LiveExperiment(Deployment deployment)
    {
        public int Added { get; private set; }

        public async Task AddVariantsUntilAsync(Task end)
        {
            do
            {
                await AddVariantAsync();
            }
            while (!end.IsCompleted);
            await end;
        }

        public async Task AddVariantAsync()
        {
            var id = $"variant-live-{++Added:D5}";
            var commit = await GitCli.RunAsync(deployment.RepositoryPath, "commit-tree", "main^{tree}", "-p", "main", "-m", id);
            await GitCli.RunAsync(deployment.RepositoryPath, "update-ref", $"refs/heads/work/{id}", commit);
            var row = new JsonObject
            {
                ["variant_id"] = id,
                ["experiment_id"] = deployment.Id,
                ["kind"] = "baseline",
                ["status"] = "success",
                ["parent_commits"] = new JsonArray(deployment.Experiment.BaseCommit),
                ["branch"] = $"work/{id}",
                ["commit_sha"] = commit,
                ["started_at"] = "2026-05-01T00:00:00Z",
            };
            await PostgresRows.CopyAsync(deployment.Database.DataSource, RegistryKind.Variants, [row.ToJsonString()]);
        }
    }
}
