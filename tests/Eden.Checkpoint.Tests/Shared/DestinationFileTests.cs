using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Shared;

/// <summary>What exports and bundles do with a path that is no plain file, and with directories that allow only half.</summary>
[TestFixture]
[Platform("Linux")]
public class DestinationFileTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TempFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("pipe")]
    [TestCase("link-to-pipe")]
    public async Task A_pipe_is_not_replaced_by_a_file(string name)
    {
        await NamedPipe.MakeAsync(_folder["pipe"]);
        File.CreateSymbolicLink(_folder["link-to-pipe"], _folder["pipe"]);
        var path = Path.Combine(_folder.Path, name);
        var before = Directory.GetFileSystemEntries(_folder.Path);

        Assert.That(async () => await ExportAsync(path), Throws.ArgumentException.With.Property("ParamName").EqualTo("archivePath"));
        Assert.That(async () => await GitBundle.CreateAsync(_folder["none.git"], path), Throws.ArgumentException);
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.EquivalentTo(before));
        Assert.That(new FileInfo(_folder["link-to-pipe"]).LinkTarget, Is.EqualTo(_folder["pipe"]));
    }

    [Test]
    public async Task A_symbolic_link_stays_and_what_it_points_to_is_written()
    {
        Directory.CreateDirectory(_folder["big-disk"]);
        File.CreateSymbolicLink(_folder["link.tar"], _folder["big-disk/x.tar"]);

        var result = await ExportAsync(_folder["link.tar"]);
        await ExportAsync(_folder["link.tar"]);

        Assert.That(new FileInfo(_folder["link.tar"]).LinkTarget, Is.EqualTo(_folder["big-disk/x.tar"]));
        Assert.That(new FileInfo(_folder["big-disk/x.tar"]).Length, Is.EqualTo(result.ArchiveBytes));
        Assert.That(Directory.GetFileSystemEntries(_folder["big-disk"]), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_name_may_be_as_long_as_the_file_system_allows()
    {
        // Bytes count there, not characters.
        var tar = new string('ä', 125) + "x.tar";
        var bundle = new string('b', 255);
        await SyntheticExperiment.CreateAsync(_folder["repo.git"], variants: 3);

        await ExportAsync(_folder[tar]);
        await GitBundle.CreateAsync(_folder["repo.git"], _folder[bundle]);
        await new DirectoryCheckpointDestination(_folder["kept"]).WriteAsync(bundle, (stream, token) => stream.WriteAsync("x"u8.ToArray(), token).AsTask());

        Assert.That(Directory.GetFiles(_folder.Path).Select(Path.GetFileName), Is.EquivalentTo([tar, bundle]));
        Assert.That(Directory.GetFiles(_folder["kept"]).Select(Path.GetFileName), Is.EqualTo(new[] { bundle }));
    }

    [Test]
    public async Task A_bundle_file_appears_whole_or_not_at_all()
    {
        await SyntheticExperiment.CreateAsync(_folder["repo.git"], variants: 3);

        var result = await GitBundle.CreateAsync(_folder["repo.git"], _folder["x.bundle"]);
        await Assert.CatchAsync<GitException>(() => GitBundle.CreateAsync(_folder["none.git"], _folder["y.bundle"]));

        Assert.That(new FileInfo(_folder["x.bundle"]).Length, Is.EqualTo(result.Length));
        Assert.That(await GitCli.RunAsync(_folder.Path, "bundle", "list-heads", "x.bundle"), Does.Contain("refs/heads/main"));
        Assert.That(Directory.GetFiles(_folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "x.bundle" }));
    }

    [Test]
    public void A_temporary_directory_that_cannot_be_made_is_named()
    {
        File.WriteAllText(_folder["file"], "");
        var place = _folder["file/inside"];

        Assert.That(
            async () => await new CheckpointVerifier().VerifyAsync(new MemoryStream(), new CheckpointVerificationOptions { TemporaryDirectory = place }),
            Throws.InstanceOf<IOException>().With.Message.Contains(place));
    }

    private static Task<CheckpointExportResult> ExportAsync(string path)
        => new CheckpointExporter(FakeStore.WithoutRows(), new NoRepository()).ExportAsync(path);

    private sealed class NoRepository : IRepoBundleProvider
    {
        public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default) => Task.FromResult(RepoBundle.Empty);
    }
}
