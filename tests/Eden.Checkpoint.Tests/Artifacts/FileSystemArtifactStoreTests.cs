using System.Security.Cryptography;
using System.Text;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Artifacts;

internal sealed class FileSystemArtifactStoreTests
{
    private const string Opaque = "0123456789abcdef0123456789abcdef";

    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65_536)]
    [TestCase(1_000_003)]
    public async Task What_is_stored_is_read_back_under_the_uri_that_was_given(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var store = Store();
        var uri = await store.StoreAsync(Hash(bytes), new AsyncOnlyStream(new MemoryStream(bytes)));

        Assert.That(uri, Is.EqualTo($"eden://artifacts/sha256/{Hash(bytes)}"));
        Assert.That(await ReadAsync(store, uri), Is.EqualTo(bytes));
        Assert.That(File.ReadAllBytes(Path.Combine(_folder["store"], "sha256", Hash(bytes)[..2], Hash(bytes)[2..])), Is.EqualTo(bytes));
        Assert.That(await store.StoreAsync(Hash(bytes), new MemoryStream(bytes)), Is.EqualTo(uri), "storing again changes nothing");
        Assert.That(Directory.GetFiles(_folder["store"], "*", SearchOption.AllDirectories), Has.Length.EqualTo(1));
    }

    [Test]
    public void Bytes_with_another_hash_are_not_stored()
    {
        Assert.That(
            async () => await Store().StoreAsync(Hash("a"u8.ToArray()), new MemoryStream("b"u8.ToArray())),
            Throws.TypeOf<CheckpointInvalidException>().With.Message.Contains("altered"));
        Assert.That(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public void Nothing_is_left_when_reading_the_content_fails_or_is_cancelled([Values] bool cancelled)
    {
        using var stop = new CancellationTokenSource();
        using Stream content = cancelled ? new CancellingStream(stop) : new BrokenStream();
        Assert.That(
            async () => await Store().StoreAsync(Hash([]), content, stop.Token),
            cancelled ? Throws.InstanceOf<OperationCanceledException>() : Throws.TypeOf<IOException>());
        Assert.That(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public async Task What_a_killed_process_left_half_written_is_removed_by_the_next_store_and_what_is_being_written_is_not()
    {
        var store = Store();
        Directory.CreateDirectory(_folder["store/sha256"]);
        await File.WriteAllTextAsync(_folder["store/sha256/.eden-" + new string('0', 32) + ".tmp"], "half");
        var first = "first"u8.ToArray();
        var second = "second"u8.ToArray();

        // The second is stored while the first is being written.
        await store.StoreAsync(Hash(first), new InterruptedStream(first, () => Store().StoreAsync(Hash(second), new MemoryStream(second))));

        Assert.That(await ReadAsync(store, $"eden://artifacts/sha256/{Hash(first)}"), Is.EqualTo(first));
        Assert.That(Directory.GetFiles(_folder["store"], "*", SearchOption.AllDirectories).Select(Path.GetFileName), Is.EquivalentTo([Hash(first)[2..], Hash(second)[2..]]));
    }

    [Test]
    public void Artifacts_beyond_the_limit_are_neither_stored_nor_read()
    {
        File.WriteAllText(_folder[Opaque], "12345");
        var store = Store(new FileSystemArtifactStoreOptions { OpaqueDirectory = _folder.Path, MaxArtifactBytes = 4 });
        Assert.That(
            async () => await store.StoreAsync(Hash("12345"u8.ToArray()), new MemoryStream("12345"u8.ToArray())),
            Throws.TypeOf<CheckpointInvalidException>().With.Message.Contains("larger than 4 bytes"));
        Assert.That(
            async () => await store.OpenAsync($"eden://artifacts/{Opaque}"),
            Throws.TypeOf<CheckpointInvalidException>().With.Message.Contains("larger than 4 bytes"));
    }

    [TestCase("")]
    [TestCase("../../../../etc/passwd")]
    [TestCase("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Only_a_hash_names_an_artifact(string hash)
        => Assert.That(async () => await Store().StoreAsync(hash, new MemoryStream()), Throws.ArgumentException);

    [Test]
    public async Task Stored_bytes_that_were_altered_are_noticed_when_they_are_read_and_mended_when_they_are_stored_again()
    {
        var bytes = Encoding.ASCII.GetBytes(new string('a', 100_000));
        var store = Store();
        var uri = await store.StoreAsync(Hash(bytes), new MemoryStream(bytes));
        var file = Directory.GetFiles(_folder["store"], "*", SearchOption.AllDirectories).Single();
        var altered = bytes.ToArray();
        altered[50_000] ^= 1;
        await File.WriteAllBytesAsync(file, altered);

        Assert.That(async () => await ReadAsync(store, uri), Throws.TypeOf<CheckpointInvalidException>().With.Message.Contains("altered"));
        await File.WriteAllBytesAsync(file, bytes[..10]);
        Assert.That(async () => await ReadAsync(store, uri), Throws.TypeOf<CheckpointInvalidException>());
        await store.StoreAsync(Hash(bytes), new MemoryStream(bytes));
        Assert.That(await ReadAsync(store, uri), Is.EqualTo(bytes));
    }

    [Test]
    public async Task Opaque_names_are_files_of_their_directory()
    {
        await File.WriteAllTextAsync(_folder[Opaque], "bytes");
        var store = Store(new FileSystemArtifactStoreOptions { OpaqueDirectory = _folder.Path });
        Assert.That(await ReadAsync(store, $"eden://artifacts/{Opaque}"), Is.EqualTo("bytes"u8.ToArray()));
        Assert.That(await Store().OpenAsync($"eden://artifacts/{Opaque}"), Is.Null, "without the option they are not served");
    }

    [Test]
    public async Task Bytes_that_are_stored_are_read_under_the_name_that_they_have_in_an_archive_too()
    {
        var bytes = "the plan"u8.ToArray();
        var store = Store();
        await store.StoreAsync(Hash(bytes), new MemoryStream(bytes));
        Assert.That(await ReadAsync(store, $"checkpoint:sha256:{Hash(bytes)}"), Is.EqualTo(bytes));

        await File.WriteAllTextAsync(Directory.GetFiles(_folder["store"], "*", SearchOption.AllDirectories).Single(), "the plot");
        Assert.That(async () => await ReadAsync(store, $"checkpoint:sha256:{Hash(bytes)}"), Throws.TypeOf<CheckpointInvalidException>().With.Message.Contains("altered"));
    }

    [TestCase("eden://artifacts/a0")]
    [TestCase("eden://artifacts/../../secret")]
    [TestCase("eden://artifacts/0123456789ABCDEF0123456789ABCDEF")]
    [TestCase("eden://other/0123456789abcdef0123456789abcdef")]
    [TestCase("https://example.org/x")]
    [TestCase("checkpoint:sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [TestCase("not a uri")]
    [TestCase("file:relative")]
    [TestCase("file://elsewhere/etc/passwd")]
    [TestCase("file:///etc/passwd?query")]
    public async Task Other_uris_are_somebody_elses(string uri)
        => Assert.That(await Store(new FileSystemArtifactStoreOptions { OpaqueDirectory = _folder.Path, FileRoots = [_folder.Path] }).OpenAsync(uri), Is.Null);

    [Test]
    public void A_missing_artifact_is_invalid_not_unknown()
    {
        var store = Store(new FileSystemArtifactStoreOptions { OpaqueDirectory = _folder.Path, FileRoots = [_folder.Path] });
        foreach (var uri in new[] { $"eden://artifacts/{Opaque}", $"eden://artifacts/sha256/{Hash([])}", $"file://{_folder["nothing"]}" })
        {
            Assert.That(
                async () => await store.OpenAsync(uri),
                Throws.TypeOf<CheckpointInvalidException>().With.Property("Violations").Exactly(1).Items.And.Message.Contains("not there"), uri);
        }
    }

    [Test]
    public async Task Files_under_an_allowed_directory_are_read()
    {
        Directory.CreateDirectory(_folder["a b/é"]);
        await File.WriteAllTextAsync(_folder["a b/é/x%"], "content");
        var store = Files();
        Assert.That(await ReadAsync(store, new Uri(_folder["a b/é/x%"]).AbsoluteUri), Is.EqualTo("content"u8.ToArray()));
        Assert.That(await ReadAsync(store, $"file://localhost{_folder.Path}/a%20b/%C3%A9/../%C3%A9/x%25"), Is.EqualTo("content"u8.ToArray()));
    }

    [Test]
    public async Task A_root_may_itself_be_reached_by_a_link()
    {
        Directory.CreateDirectory(_folder["real"]);
        await File.WriteAllTextAsync(_folder["real/x"], "content");
        Directory.CreateSymbolicLink(_folder["link"], _folder["real"]);
        var store = Store(new FileSystemArtifactStoreOptions { FileRoots = [_folder["link"]] });
        Assert.That(await ReadAsync(store, $"file://{_folder["link/x"]}"), Is.EqualTo("content"u8.ToArray()));
    }

    [TestCase("../secret")]
    [TestCase("%2e%2e/secret")]
    [TestCase("a/../../secret")]
    [TestCase("..%2fsecret")]
    [TestCase("")]
    [TestCase("../allowed-not/secret")]
    public void A_path_that_leaves_the_directory_is_refused(string path)
    {
        Directory.CreateDirectory(_folder["allowed"]);
        Directory.CreateDirectory(_folder["allowed-not"]);
        File.WriteAllText(_folder["secret"], "secret");
        File.WriteAllText(_folder["allowed-not/secret"], "secret");
        var store = Store(new FileSystemArtifactStoreOptions { FileRoots = [_folder["allowed"]] });
        Assert.That(
            async () => await store.OpenAsync($"file://{_folder["allowed"]}/{path}"), Throws.TypeOf<CheckpointInvalidException>());
    }

    [Test]
    public void Links_below_the_directory_are_refused()
    {
        Directory.CreateDirectory(_folder["allowed/inside"]);
        Directory.CreateDirectory(_folder["outside"]);
        File.WriteAllText(_folder["outside/secret"], "secret");
        File.CreateSymbolicLink(_folder["allowed/file"], _folder["outside/secret"]);
        Directory.CreateSymbolicLink(_folder["allowed/inside/folder"], _folder["outside"]);
        File.CreateSymbolicLink(_folder["allowed/dangling"], _folder["nothing"]);
        var store = Store(new FileSystemArtifactStoreOptions { FileRoots = [_folder["allowed"]], OpaqueDirectory = _folder["allowed"] });
        File.CreateSymbolicLink(_folder[$"allowed/{Opaque}"], _folder["outside/secret"]);
        foreach (var uri in new[]
        {
            $"file://{_folder["allowed/file"]}", $"file://{_folder["allowed/inside/folder/secret"]}", $"file://{_folder["allowed/dangling"]}",
            $"eden://artifacts/{Opaque}",
        })
        {
            Assert.That(async () => await store.OpenAsync(uri), Throws.TypeOf<CheckpointInvalidException>().With.Message.Contains("link"), uri);
        }
    }

    [Test]
    public void A_directory_is_no_artifact()
    {
        Directory.CreateDirectory(_folder["allowed/folder"]);
        Assert.That(
            async () => await Files().OpenAsync($"file://{_folder["allowed/folder"]}"),
            Throws.TypeOf<CheckpointInvalidException>().With.Message.Contains("directory"));
    }

    [Test]
    [Platform(Include = "Linux")]
    [CancelAfter(20_000)]
    public async Task A_pipe_is_empty_and_never_waited_for(CancellationToken cancellationToken)
    {
        using (var process = System.Diagnostics.Process.Start("mkfifo", [_folder["pipe"]]))
        {
            await process.WaitForExitAsync(cancellationToken);
        }

        Assert.That(await ReadAsync(Files(), $"file://{_folder["pipe"]}"), Is.Empty);
    }

    [Test]
    public void Directories_are_given_by_absolute_paths()
        => Assert.That(() => new FileSystemArtifactStoreOptions { FileRoots = ["relative"] }, Throws.ArgumentException);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static async Task<byte[]> ReadAsync(FileSystemArtifactStore store, string uri)
    {
        await using var stream = await store.OpenAsync(uri);
        Assert.That(stream, Is.Not.Null, uri);
        using var bytes = new MemoryStream();
        await stream!.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private FileSystemArtifactStore Store(FileSystemArtifactStoreOptions? options = null) => new(_folder["store"], options);

    private FileSystemArtifactStore Files() => Store(new FileSystemArtifactStoreOptions { FileRoots = [_folder.Path] });

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("broken");
    }

    /// <summary>Gives its bytes one at a time, and lets something else happen after the first.</summary>
    private sealed class InterruptedStream(byte[] bytes, Func<Task> interruption) : MemoryStream
    {
        private int _given;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_given == 1)
            {
                await interruption();
            }

            if (_given == bytes.Length)
            {
                return 0;
            }

            buffer.Span[0] = bytes[_given++];
            return 1;
        }
    }

    private sealed class CancellingStream(CancellationTokenSource stop) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            stop.Cancel();
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
