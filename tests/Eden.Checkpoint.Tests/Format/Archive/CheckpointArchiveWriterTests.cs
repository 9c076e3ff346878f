using System.Text;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Format.Archive;

[TestFixture]
public class CheckpointArchiveWriterTests
{
    private static readonly DateTimeOffset s_time = new(2026, 11, 23, 10, 44, 7, 921, TimeSpan.Zero);

    [Test]
    public async Task A_member_is_a_ustar_file_with_fixed_metadata_to_the_byte()
    {
        var bytes = await WriteAsync(("manifest.json", "{}"));

        var header = new byte[512];
        RawTar.Put(header, 0, "checkpoint/manifest.json");
        RawTar.Put(header, 100, "0000644\0" + "0000000\0" + "0000000\0" + "00000000002\0" + RawTar.Octal(s_time.ToUnixTimeSeconds(), 11) + "\0");
        RawTar.Put(header, 156, "0");
        RawTar.Put(header, 257, "ustar\0" + "00");
        RawTar.Checksum(header);
        Assert.Multiple(() =>
        {
            Assert.That(bytes, Has.Length.EqualTo(512 + 512 + 1024));
            Assert.That(bytes[..512], Is.EqualTo(header));
            Assert.That(bytes[512..514], Is.EqualTo("{}"u8.ToArray()));
            Assert.That(bytes[514..], Is.All.Zero);
        });
    }

    [Test]
    public async Task The_same_members_give_the_same_bytes_and_an_empty_one_only_a_header()
    {
        (string, string)[] members = [("a", "1"), ("b/c", new string('x', 512)), ("d", string.Empty), (new string('n', 95), "long")];

        var first = await WriteAsync(members);

        Assert.That(await WriteAsync(members), Is.EqualTo(first));
        Assert.That((await CheckpointArchiveReaderTests.ReadAsync(first)).Members, Is.EqualTo(members.Select(member => $"{member.Item1}={member.Item2}")));
    }

    [Test]
    public async Task Only_what_does_not_fit_ustar_gets_a_pax_header_and_no_process_id_in_it()
    {
        const long Huge = 1L << 33;
        foreach (var (length, isPax) in new[] { (Huge - 1, false), (Huge, true) })
        {
            var destination = new HeadStream(4096);
            await using var writer = new CheckpointArchiveWriter(destination, s_time);
            await writer.WriteMemberAsync("repo.bundle", new SimulatedContent(length));
            await writer.CompleteAsync();

            Assert.That((char)destination.Head[156], Is.EqualTo(isPax ? 'x' : '0'));
            if (isPax)
            {
                Assert.That(Encoding.ASCII.GetString(destination.Head, 0, 100).TrimEnd('\0'), Is.EqualTo("checkpoint/PaxHeaders/0"));
                Assert.That(Encoding.ASCII.GetString(destination.Head, 512, 512), Does.Contain($"19 size={Huge}\n"));
            }

            var padding = (512 - (length % 512)) % 512;
            Assert.That(destination.Written, Is.EqualTo((isPax ? 1536 : 512) + length + padding + 1024).And.EqualTo(writer.BytesWritten));
        }
    }

    [Test]
    public async Task A_huge_member_is_read_back_as_long_as_it_was_written()
    {
        const long Huge = (1L << 33) + 5;
        var pipe = new System.IO.Pipelines.Pipe();
        var writing = Task.Run(async () =>
        {
            await using var writer = new CheckpointArchiveWriter(pipe.Writer.AsStream(), s_time);
            await writer.WriteMemberAsync("repo.bundle", new SimulatedContent(Huge));
            await writer.WriteMemberAsync("after", new MemoryStream("end"u8.ToArray()));
            await writer.CompleteAsync();
        });
        await using var reader = new CheckpointArchiveReader(pipe.Reader.AsStream());
        var first = await reader.ReadNextAsync();
        var length = 0L;
        var buffer = new byte[1 << 16];
        for (int count; (count = await first!.Content.ReadAsync(buffer)) > 0; length += count)
        {
        }

        var second = await reader.ReadNextAsync();
        Assert.That(await reader.ReadNextAsync(), Is.Null);
        await writing;

        Assert.That(first.Length, Is.EqualTo(Huge).And.EqualTo(length));
        Assert.That(second?.Path, Is.EqualTo("after"));
    }

    [Test]
    public async Task A_name_beyond_ustar_gets_a_pax_header()
    {
        (string, string)[] members = [("artifacts/é", "1"), (new string('n', 200), "2")];

        var bytes = await WriteAsync(members);

        Assert.That((await CheckpointArchiveReaderTests.ReadAsync(bytes)).Members, Is.EqualTo(new[] { "artifacts/é=1", new string('n', 200) + "=2" }));
        Assert.That(await WriteAsync(members), Is.EqualTo(bytes));
    }

    [Test]
    public async Task Content_starts_at_its_position()
    {
        var destination = new MemoryStream();
        await using var writer = new CheckpointArchiveWriter(new AsyncOnlyStream(destination), s_time);
        await writer.WriteMemberAsync("a", new MemoryStream("skipped taken"u8.ToArray()) { Position = 8 });
        await writer.CompleteAsync();

        Assert.That((await CheckpointArchiveReaderTests.ReadAsync(destination.ToArray())).Members, Is.EqualTo(new[] { "a=taken" }));
    }

    [TestCase(10, 20, "ended after 10 of 20")]
    [TestCase(20, 10, "goes on after its 10")]
    [TestCase(5, 0, "goes on after its 0")]
    public async Task Content_of_another_length_than_declared_fails_and_the_writer_is_of_no_more_use(long real, long claimed, string message)
    {
        var destination = new HeadStream(0);
        await using var writer = new CheckpointArchiveWriter(destination, s_time);

        Assert.That(() => writer.WriteMemberAsync("a", new SimulatedContent(real, claimed)), Throws.InstanceOf<IOException>().With.Message.Contains(message));
        var before = destination.Written;
        Assert.That(() => writer.WriteMemberAsync("b", new MemoryStream()), Throws.InvalidOperationException);
        Assert.That(() => writer.CompleteAsync(), Throws.InvalidOperationException);
        await writer.DisposeAsync();
        Assert.That(destination.Written, Is.EqualTo(before));
    }

    [Test]
    public async Task A_full_disk_passes_through_and_nothing_is_written_after_it([Values(0, 512, 600, 1500)] int failAfter)
    {
        var destination = new HeadStream(0, failAfter);
        await using var writer = new CheckpointArchiveWriter(destination, s_time);

        Assert.That(
            async () =>
            {
                await writer.WriteMemberAsync("a", new SimulatedContent(100));
                await writer.WriteMemberAsync("b", new SimulatedContent(100));
            },
            Throws.InstanceOf<IOException>().With.Message.Contains("No space left"));
        var before = destination.Written;
        Assert.That(() => writer.CompleteAsync(), Throws.InvalidOperationException);
        await writer.DisposeAsync();
        Assert.That(destination.Written, Is.EqualTo(before).And.LessThanOrEqualTo(failAfter));
    }

    [Test]
    public async Task A_cancellation_leaves_the_archive_truncated_for_good()
    {
        var destination = new HeadStream(0);
        await using var writer = new CheckpointArchiveWriter(destination, s_time);
        using var cancellation = new CancellationTokenSource();

        Assert.That(
            () => writer.WriteMemberAsync("a", new CallbackStream(new SimulatedContent(1 << 20), cancellation.Cancel), cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => writer.CompleteAsync(), Throws.InvalidOperationException);
    }

    [TestCase("/a")]
    [TestCase("../a")]
    [TestCase("a//b")]
    [TestCase("a/./b")]
    [TestCase("a/")]
    [TestCase("a\\b")]
    [TestCase("")]
    public async Task An_unsafe_path_is_an_argument_mistake_and_costs_nothing(string path)
    {
        var destination = new HeadStream(0);
        await using var writer = new CheckpointArchiveWriter(destination, s_time);

        Assert.That(() => writer.WriteMemberAsync(path, new MemoryStream()), Throws.InstanceOf<ArgumentException>());
        Assert.That(destination.Written, Is.Zero);
        Assert.That(() => writer.CompleteAsync(), Throws.Nothing);
    }

    [Test]
    public async Task A_member_cannot_be_written_twice_nor_after_the_end()
    {
        await using var writer = new CheckpointArchiveWriter(new HeadStream(0), s_time);
        await writer.WriteMemberAsync("a", new MemoryStream());
        Assert.That(() => writer.WriteMemberAsync("a", new MemoryStream()), Throws.ArgumentException);
        await writer.CompleteAsync();

        Assert.That(() => writer.WriteMemberAsync("b", new MemoryStream()), Throws.InvalidOperationException);
        Assert.That(() => writer.CompleteAsync(), Throws.InvalidOperationException);
    }

    [Test]
    public async Task The_destination_is_closed_only_when_it_was_given_away()
    {
        var kept = new MemoryStream();
        var given = new MemoryStream();
        await new CheckpointArchiveWriter(kept, s_time, leaveOpen: true).DisposeAsync();
        await new CheckpointArchiveWriter(given, s_time).DisposeAsync();

        Assert.That(kept.CanWrite, Is.True);
        Assert.That(given.CanWrite, Is.False);
    }

    internal static async Task<byte[]> WriteAsync(params (string Path, string Content)[] members)
    {
        var destination = new MemoryStream();
        await using var writer = new CheckpointArchiveWriter(new AsyncOnlyStream(destination), s_time);
        foreach (var (path, content) in members)
        {
            await writer.WriteMemberAsync(path, new MemoryStream(Encoding.UTF8.GetBytes(content)));
        }

        await writer.CompleteAsync();
        Assert.That(writer.BytesWritten, Is.EqualTo(destination.Length));
        return destination.ToArray();
    }

    private sealed class CallbackStream(Stream inner, Action onRead) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            onRead();
            return inner.ReadAsync(buffer, cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
