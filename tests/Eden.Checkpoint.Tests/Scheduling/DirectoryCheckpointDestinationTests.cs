using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Scheduling;

[TestFixture]
public class DirectoryCheckpointDestinationTests
{
    private TempFolder _folder = null!;
    private DirectoryCheckpointDestination _destination = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _destination = new DirectoryCheckpointDestination(_folder["checkpoints"]);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task What_was_written_is_listed_opened_and_deleted()
    {
        Assert.That(await ListAsync(), Is.Empty, "the directory need not be there");

        await _destination.WriteAsync("a.tar", async (stream, token) => await stream.WriteAsync("first"u8.ToArray(), token));
        await _destination.WriteAsync("b.tar", async (stream, token) => await stream.WriteAsync("second one"u8.ToArray(), token));

        Assert.That(await ListAsync(), Is.EquivalentTo(new[] { new StoredCheckpoint("a.tar", 5), new StoredCheckpoint("b.tar", 10) }));
        using (var reader = new StreamReader(await _destination.OpenAsync("a.tar")))
        {
            Assert.That(await reader.ReadToEndAsync(), Is.EqualTo("first"));
        }

        await _destination.DeleteAsync("a.tar");
        await _destination.DeleteAsync("a.tar");
        Assert.That(await ListAsync(), Is.EqualTo(new[] { new StoredCheckpoint("b.tar", 10) }));
        await Assert.ThatAsync(() => _destination.OpenAsync("a.tar"), Throws.InstanceOf<FileNotFoundException>());
    }

    [Test]
    public async Task What_is_being_written_is_not_there_yet_under_any_name()
    {
        await _destination.WriteAsync("a.tar", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[200_000], token);
            await stream.FlushAsync(token);
            Assert.That(await ListAsync(), Is.Empty);
            Assert.That(File.Exists(_folder["checkpoints/a.tar"]), Is.False);
            Assert.That(Directory.GetFiles(_folder["checkpoints"]), Has.Length.EqualTo(1), "it is written aside in the same directory, so that a rename suffices");
        });

        Assert.That(Directory.GetFiles(_folder["checkpoints"]), Is.EqualTo(new[] { _folder["checkpoints/a.tar"] }));
    }

    [Test]
    public async Task A_write_that_fails_or_is_cancelled_leaves_what_was_there_and_nothing_else([Values(true, false)] bool cancelled)
    {
        await _destination.WriteAsync("a.tar", async (stream, token) => await stream.WriteAsync("before"u8.ToArray(), token));
        using var cancellation = new CancellationTokenSource();

        await Assert.ThatAsync(
            () => _destination.WriteAsync(
                "a.tar",
                async (stream, token) =>
                {
                    await stream.WriteAsync(new byte[200_000], token);
                    await cancellation.CancelAsync();
                    if (!cancelled)
                    {
                        throw new IOException("the export failed");
                    }
                },
                cancelled ? cancellation.Token : CancellationToken.None),
            cancelled ? Throws.InstanceOf<OperationCanceledException>() : Throws.InstanceOf<IOException>());

        Assert.That(Directory.GetFileSystemEntries(_folder["checkpoints"]), Is.EqualTo(new[] { _folder["checkpoints/a.tar"] }));
        Assert.That(await File.ReadAllTextAsync(_folder["checkpoints/a.tar"]), Is.EqualTo("before"));
    }

    [Test]
    public async Task What_a_killed_process_left_is_removed_by_the_next_write_and_nothing_that_others_hide()
    {
        var left = "";
        await _destination.WriteAsync("a.tar", async (stream, token) =>
        {
            await stream.WriteAsync(new byte[100], token);
            left = Directory.GetFiles(_folder["checkpoints"]).Single();

            // Whatever its age by this clock or another, it is being written.
            File.SetLastWriteTimeUtc(left, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
            await WriteAsync("b.tar");
            Assert.That(File.Exists(left), Is.True);
        });
        string[] foreign =
        [
            ".hidden.tar", ".nfs0123456789abcdef0123456789abcdef", ".x.tmp", ".a.tar.0123456789abcdef.tmp", "." + new string('0', 32) + ".tmp",
            ".eden-0123456789abcdef.tmp", ".eden-" + new string('0', 32) + ".part",
        ];
        foreach (var name in foreign)
        {
            await File.WriteAllTextAsync(_folder[$"checkpoints/{name}"], "foreign");
        }

        await File.WriteAllTextAsync(left, "half");
        await WriteAsync("c.tar");

        Assert.That(Directory.GetFiles(_folder["checkpoints"]).Select(Path.GetFileName), Is.EquivalentTo([.. foreign, "a.tar", "b.tar", "c.tar"]));

        Task WriteAsync(string name) => new DirectoryCheckpointDestination(_folder["checkpoints"])
            .WriteAsync(name, async (stream, token) => await stream.WriteAsync("other"u8.ToArray(), token));
    }

    [Test]
    public async Task Folders_and_hidden_files_are_nobodys_checkpoints()
    {
        Directory.CreateDirectory(_folder["checkpoints/folder.tar"]);
        await File.WriteAllTextAsync(_folder["checkpoints/.hidden.tar"], "foreign");

        Assert.That(await ListAsync(), Is.Empty);
    }

    private async Task<List<StoredCheckpoint>> ListAsync()
    {
        var all = new List<StoredCheckpoint>();
        await foreach (var stored in _destination.ListAsync())
        {
            all.Add(stored);
        }

        return all;
    }
}
