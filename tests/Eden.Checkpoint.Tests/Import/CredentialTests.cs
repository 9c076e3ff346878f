using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Import;

[TestFixture]
public class CredentialTests
{
    private const string Known = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$PT1xRuf8H5yVSqnRjdLe/X+cnwRKtKUhxE9GTOfdi5Q";
    private const string KnownToken = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Test]
    public async Task A_hash_by_the_reference_program_is_recognised_and_another_token_is_not()
    {
        // printf %s TOKEN | argon2 somesaltsomesalt -id -t 3 -k 65536 -p 4 -l 32 -e
        Assert.That(await Argon2idCredentialIssuer.VerifyAsync(KnownToken, Known), Is.True);
        Assert.That(await Argon2idCredentialIssuer.VerifyAsync(KnownToken[..^1] + "e", Known), Is.False);
    }

    [TestCase("")]
    [TestCase("plain")]
    [TestCase("$argon2i$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$PT1xRuf8H5yVSqnRjdLe/X+cnwRKtKUhxE9GTOfdi5Q")]
    [TestCase("$argon2id$v=19$m=2147483647,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$PT1xRuf8H5yVSqnRjdLe/X+cnwRKtKUhxE9GTOfdi5Q")]
    [TestCase("$argon2id$v=19$m=65536,t=0,p=4$c29tZXNhbHRzb21lc2FsdA$PT1xRuf8H5yVSqnRjdLe/X+cnwRKtKUhxE9GTOfdi5Q")]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=4$c29t$PT1xRuf8H5yVSqnRjdLe/X+cnwRKtKUhxE9GTOfdi5Q")]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$%%")]
    [TestCase("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$")]
    public async Task What_is_no_hash_of_ours_fits_no_token(string hash)
        => Assert.That(await Argon2idCredentialIssuer.VerifyAsync(KnownToken, hash), Is.False);

    [Test]
    public async Task The_reference_program_computes_the_same_hash_from_token_and_salt()
    {
        var issuer = new Argon2idCredentialIssuer();
        WorkerCredential credential;
        do
        {
            credential = await issuer.IssueAsync("wkr_x");
        }
        while (!Argon2Program.Takes(credential.Hash));

        var output = await Argon2Program.HashAsync(credential.Token, credential.Hash);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(output, Is.EqualTo(credential.Hash));
            Assert.That(credential.Token, Does.Match("^[0-9a-f]{64}$"));
            Assert.That(credential.Hash, Does.Match(@"^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$"));
        }
    }

    [Test]
    public async Task Every_worker_of_an_import_gets_a_token_of_its_own_that_fits_the_stored_hash()
    {
        await using var scene = await ImportScene.CreateAsync(variants: 2);
        var database = await scene.EmptyDatabaseAsync();

        var result = await scene.Importer(database, new Argon2idCredentialIssuer()).ImportAsync(scene.Open(), scene.Options());

        Assert.That(result.Credentials.Select(credential => credential.Token).Distinct().Count(), Is.EqualTo(scene.Experiment[RegistryKind.Workers].Count));
        foreach (var credential in result.Credentials.Take(2))
        {
            var stored = await database.ScalarAsync<string>($"SELECT credential_hash FROM worker WHERE worker_id = '{credential.WorkerId}'");
            Assert.That(await Argon2idCredentialIssuer.VerifyAsync(credential.Token, stored!), Is.True);
        }
    }

    [Test]
    public async Task Token_files_are_the_tokens_alone_for_the_owner_alone()
    {
        await using var scene = await ImportScene.CreateAsync(variants: 2);
        var directory = scene["tokens"];

        var result = await scene.Importer(await scene.EmptyDatabaseAsync()).ImportAsync(scene.Open(), scene.Options() with { CredentialsDirectory = directory });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.CredentialsWritten);
            Assert.That(result.Warnings.Messages(), Has.Some.Contains(directory));
            Assert.That(Directory.EnumerateFileSystemEntries(directory).Select(Path.GetFileName), Is.EquivalentTo(result.Credentials.Select(credential => credential.WorkerId + ".token")));
            foreach (var credential in result.Credentials)
            {
                Assert.That(await File.ReadAllTextAsync(Path.Combine(directory, credential.WorkerId + ".token")), Is.EqualTo(credential.Token));
            }

            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(directory), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
                Assert.That(Directory.EnumerateFiles(directory).Select(File.GetUnixFileMode).Distinct(), Is.EqualTo(new[] { UnixFileMode.UserRead | UnixFileMode.UserWrite }));
            }
        }
    }

    [TestCase("a file", "no directory")]
    [TestCase("a pipe", "no directory")]
    [TestCase("a file on the way", "taken")]
    [TestCase("full", "o space left")]
    [TestCase("read-only", "ead-only")]
    [TestCase("a folder in a token's place", "no file")]
    public async Task A_directory_that_cannot_take_the_tokens_is_found_before_anything_is_imported(string kind, string reason)
    {
        await using var scene = await ImportScene.CreateAsync(variants: 12);
        var database = await scene.EmptyDatabaseAsync();
        var directory = scene["tokens"];
        SmallDisk? disk = null;
        switch (kind)
        {
            case "a file":
                await File.WriteAllTextAsync(directory, "");
                break;
            case "a pipe":
                await NamedPipe.MakeAsync(directory);
                break;
            case "a file on the way":
                await File.WriteAllTextAsync(scene["taken"], "");
                directory = scene["taken/tokens"];
                break;
            case "a folder in a token's place":
                Directory.CreateDirectory(Path.Combine(directory, scene.Experiment[RegistryKind.Workers][^1]["{\"worker_id\":\"".Length..][..30] + ".token"));
                break;
            default:
                Directory.CreateDirectory(directory);
                disk = await SmallDisk.MountAsync(directory, "4k");
                await (kind == "full" ? Task.CompletedTask : disk.MakeReadOnlyAsync());
                break;
        }

        await using (disk)
        {
            var before = Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory) : [];

            await Assert.ThatAsync(
                () => scene.Importer(database).ImportAsync(scene.Open(), scene.OptionsWithRepository() with { CredentialsDirectory = directory }),
                Throws.InstanceOf<IOException>().With.Message.Contains(directory).And.Message.Contains(reason));

            Assert.That(Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory) : [], Is.EqualTo(before));
            scene.AssertNothingTemporary();
            Assert.That(Directory.Exists(scene.RepositoryPath), Is.False);
        }

        // Nothing was imported: the target takes it.
        await scene.Importer(database).ImportAsync(scene.Open(), scene.OptionsWithRepository());
    }

    [Test]
    public async Task Tokens_are_not_lost_when_temporary_files_cannot_be_removed_after_the_commit()
    {
        await using var scene = await ImportScene.CreateAsync(variants: 2);
        SmallDisk? busy = null;
        var store = new StagedStore(scene.Store(await scene.EmptyDatabaseAsync()), async (stage, _) =>
        {
            if (stage == "Committed")
            {
                var folder = Path.Combine(Directory.GetDirectories(scene.Scratch).Single(), "busy");
                Directory.CreateDirectory(folder);
                busy = await SmallDisk.MountAsync(folder, "4k");
            }
        });

        var result = await scene.Importer(store).ImportAsync(scene.Open(), scene.Options());

        await using (busy)
        {
            Assert.That(result.Warnings.Single(warning => warning.Code == CheckpointWarningCode.Leftover).Message, Does.Contain("busy"));
            Assert.That(result.Credentials, Has.Count.EqualTo(scene.Experiment[RegistryKind.Workers].Count));
        }

        Directory.Delete(Directory.GetDirectories(scene.Scratch).Single(), recursive: true);
    }

    [Test]
    public async Task A_directory_that_was_made_for_an_import_that_failed_is_gone()
    {
        await using var scene = await ImportScene.CreateAsync(variants: 2);
        var store = new StagedStore(scene.Store(await scene.EmptyDatabaseAsync()), (stage, _) => stage == "Commit" ? throw new IOException("struck") : Task.CompletedTask);

        await Assert.ThatAsync(
            () => scene.Importer(store).ImportAsync(scene.Open(), scene.Options() with { CredentialsDirectory = scene["tokens"] }), Throws.InstanceOf<IOException>());

        Assert.That(Directory.Exists(scene["tokens"]), Is.False);
    }

    [Test]
    public async Task No_token_is_in_its_place_before_the_commit_and_those_of_earlier_workers_are_replaced_by_it()
    {
        await using var scene = await ImportScene.CreateAsync(variants: 2);
        Directory.CreateDirectory(scene["elsewhere"]);
        Directory.CreateSymbolicLink(scene["tokens"], scene["elsewhere"]);
        var places = scene.Experiment[RegistryKind.Workers].Select(row => scene["tokens/" + row["{\"worker_id\":\"".Length..][..30] + ".token"]).ToArray();
        await File.WriteAllTextAsync(places[0], "of an earlier import");
        var seen = Array.Empty<string>();
        var store = new StagedStore(scene.Store(await scene.EmptyDatabaseAsync()), (stage, _) =>
        {
            seen = stage == "Commit" ? [.. places.Where(File.Exists).Select(File.ReadAllText)] : seen;
            return Task.CompletedTask;
        });

        var result = await scene.Importer(store).ImportAsync(scene.Open(), scene.Options() with { CredentialsDirectory = scene["tokens"] });

        Assert.That(seen, Is.EqualTo(new[] { "of an earlier import" }));
        Assert.That(places.Select(File.ReadAllText), Is.EquivalentTo(result.Credentials.Select(credential => credential.Token)));
        Assert.That(Directory.GetFileSystemEntries(scene["elsewhere"]), Has.Length.EqualTo(places.Length));
    }

    [Test]
    public async Task Tokens_that_cannot_be_put_in_their_places_after_the_commit_do_not_undo_the_import_and_are_still_handed_out()
    {
        await using var scene = await ImportScene.CreateAsync(variants: 2);
        var places = scene.Experiment[RegistryKind.Workers].Select(row => scene["tokens/" + row["{\"worker_id\":\"".Length..][..30] + ".token"]).ToArray();
        var store = new StagedStore(scene.Store(await scene.EmptyDatabaseAsync()), (stage, _) =>
        {
            if (stage == "Committed")
            {
                Directory.CreateDirectory(places[0]);
            }

            return Task.CompletedTask;
        });

        var result = await scene.Importer(store).ImportAsync(scene.Open(), scene.Options() with { CredentialsDirectory = scene["tokens"] });

        Assert.That(result.CredentialsWritten, Is.False);
        Assert.That(result.Warnings.Messages(), Has.Some.Contains("not all tokens could be written").And.Some.Contains("reissued"));
        Assert.That(result.Credentials, Has.Count.EqualTo(places.Length));
        Assert.That(places.Skip(1).Select(File.Exists), Is.All.True, "one that cannot be written is no reason to keep the others back");
        Assert.That(Directory.GetFileSystemEntries(scene["tokens"]), Is.EquivalentTo(places));
    }

    [Test]
    public async Task No_token_is_in_a_log_an_exception_a_span_a_temporary_file_or_the_database([Values(null, "Workers", "Commit")] string? strike)
    {
        await using var scene = await ImportScene.CreateAsync(variants: 12);
        var database = await scene.EmptyDatabaseAsync();
        var spans = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Eden.Checkpoint",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => spans.Enqueue($"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.SelectMany(e => e.Tags))}"),
        };
        ActivitySource.AddActivityListener(listener);
        var seen = new StringBuilder();
        var store = new StagedStore(scene.Store(database), async (stage, token) =>
        {
            foreach (var file in Directory.EnumerateFiles(scene.Scratch, "*", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(scene.Place, "*", SearchOption.AllDirectories))
                .Where(file => !file.EndsWith("unfinished", StringComparison.Ordinal) && !file.EndsWith(".eden-owner", StringComparison.Ordinal)))
            {
                seen.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, token)));
            }

            if (stage == strike)
            {
                throw new IOException("struck");
            }
        });
        CheckpointImportResult? result = null;
        try
        {
            result = await scene.Importer(store).ImportAsync(
                scene.Open(), scene.OptionsWithRepository() with { CredentialsDirectory = scene["tokens"], RemoteUrl = scene["nowhere.git"] });
            seen.Append(result).Append(string.Join(' ', result.Warnings.Messages())).Append(string.Join(' ', result.Credentials)).Append(result.Push);
        }
        catch (IOException failure)
        {
            seen.Append(failure);
        }

        var everything = seen + scene.Log.Text + string.Join('\n', spans) + await ImportTargetTests.DumpAsync(database);
        var tokens = scene.Experiment[RegistryKind.Workers].Select(row => QuickIssuer.TokenOf(row["{\"worker_id\":\"".Length..][..30])).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(spans, Is.Not.Empty);
            Assert.That(everything, Does.Contain("worker_id"));
            Assert.That(tokens.Where(token => everything.Contains(token, StringComparison.Ordinal)), Is.Empty);
            Assert.That(result is null, Is.EqualTo(strike is not null));
            Assert.That(result?.Credentials.Select(credential => credential.Token) ?? tokens, Is.EquivalentTo(tokens));
        }
    }
}
