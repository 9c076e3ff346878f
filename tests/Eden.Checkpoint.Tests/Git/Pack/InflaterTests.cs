using Eden.Checkpoint.Git.Pack;

namespace Eden.Checkpoint.Tests.Git.Pack;

[TestFixture]
public class InflaterTests
{
    private const int Seed = 20260611;

    [Test]
    public void Streams_of_the_base_library_inflate_to_the_same_bytes_and_end_where_they_end()
    {
        var random = new Random(Seed);
        var inflater = new Inflater();
        for (var round = 0; round < 10_000; round++)
        {
            var content = DeflateStreams.Content(random);
            var stream = DeflateStreams.Compress(content, random);
            AssertInflates(inflater, stream, content, $"seed {Seed}, round {round}");
        }
    }

    [Test]
    public void Hand_made_blocks_of_every_type_inflate_like_the_base_library_does_it()
    {
        var random = new Random(Seed + 1);
        var inflater = new Inflater();
        var accepted = 0;
        for (var round = 0; round < 4_000; round++)
        {
            var stream = DeflateStreams.Craft(random, out var content);
            if (DeflateStreams.Oracle(stream, out var expected))
            {
                accepted++;
                Assert.That(expected, Is.EqualTo(content), $"the maker is wrong: seed {Seed + 1}, round {round}");
                AssertInflates(inflater, stream, content, $"seed {Seed + 1}, round {round}");
            }
        }

        Assert.That(accepted, Is.EqualTo(4_000));
    }

    [Test]
    public void Damaged_streams_are_refused_exactly_when_zlib_refuses_them()
    {
        var random = new Random(Seed + 2);
        var inflater = new Inflater();
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var stream = random.Next(3) == 0
                ? DeflateStreams.Craft(random, out _)
                : DeflateStreams.Compress(DeflateStreams.Content(random, 600), random);
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                // The first bytes hold the headers and the code lengths: the richest part.
                var reach = random.Next(2) == 0 ? Math.Min(stream.Length, 48) : stream.Length;
                stream[random.Next(reach)] ^= (byte)(1 << random.Next(8));
            }

            if (random.Next(8) == 0)
            {
                Array.Resize(ref stream, random.Next(stream.Length));
            }

            var sound = DeflateStreams.Oracle(stream, out var expected);
            var context = $"seed {Seed + 2}, round {round}: {Convert.ToHexString(stream)}";
            if (sound)
            {
                AssertInflates(inflater, stream, expected, context);
            }
            else
            {
                refused++;
                var destination = new byte[expected.Length + 70_000];
                var status = inflater.Inflate(new InflateInput(stream, 0, stream.Length), destination, expected.Length);
                Assert.That(status, Is.Not.EqualTo(InflateStatus.Done), context);
            }
        }

        Assert.That(refused, Is.GreaterThan(10_000), "the damage should usually matter");
    }

    [TestCase("789C030000000001", true, TestName = "Headers: a sound empty stream")]
    [TestCase("789D030000000001", false, TestName = "Headers: a check that does not divide")]
    [TestCase("799A030000000001", false, TestName = "Headers: another method than deflate")]
    [TestCase("881C030000000001", false, TestName = "Headers: a window of 64 KiB")]
    [TestCase("78BB030000000001", false, TestName = "Headers: a preset dictionary")]
    [TestCase("789C070000000001", false, TestName = "Headers: block type three")]
    [TestCase("789C0101000100FF00000001", false, TestName = "Headers: a stored length that does not match its complement")]
    public void Headers_are_checked_as_zlib_does(string hex, bool sound)
    {
        var stream = Convert.FromHexString(hex);
        Assert.Multiple(() =>
        {
            Assert.That(DeflateStreams.Oracle(stream, out _), Is.EqualTo(sound), "the base library");
            Assert.That(new Inflater().Inflate(Input(stream), new byte[8], 0) == InflateStatus.Done, Is.EqualTo(sound), "writing");
            Assert.That(new Inflater().Count(Input(stream), 0) == InflateStatus.Done, Is.EqualTo(sound), "counting");
        });
    }

    [Test]
    public void A_stream_of_another_length_than_expected_is_refused_in_every_mode()
    {
        var random = new Random(Seed + 3);
        var content = new byte[100_000];
        random.NextBytes(content.AsSpan(0, 50_000));
        var stream = DeflateStreams.Compress(content, random);
        var inflater = new Inflater();
        Assert.Multiple(() =>
        {
            Assert.That(inflater.Count(Input(stream), 99_999), Is.EqualTo(InflateStatus.TooLong));
            Assert.That(inflater.Count(Input(stream), 100_001), Is.EqualTo(InflateStatus.TooShort));
            Assert.That(inflater.Inflate(Input(stream), new byte[100_001], 99_999), Is.EqualTo(InflateStatus.TooLong));
            Assert.That(inflater.Inflate(Input(stream), new byte[100_001], 100_001), Is.EqualTo(InflateStatus.TooShort));
            Assert.That(inflater.Inflate(Input(stream), 99_999, new MemorySink()), Is.EqualTo(InflateStatus.TooLong));
            Assert.That(inflater.Inflate(Input(stream), 100_001, new MemorySink()), Is.EqualTo(InflateStatus.TooShort));
        });
    }

    [Test]
    public void A_wrong_checksum_is_noticed_when_bytes_are_written()
    {
        var stream = DeflateStreams.Compress(new byte[1000], new Random(Seed));
        stream[^1] ^= 1;
        var inflater = new Inflater();
        Assert.Multiple(() =>
        {
            Assert.That(inflater.Inflate(Input(stream), new byte[1000], 1000), Is.EqualTo(InflateStatus.ChecksumMismatch));
            Assert.That(inflater.Inflate(Input(stream), 1000, new MemorySink()), Is.EqualTo(InflateStatus.ChecksumMismatch));
            Assert.That(inflater.Count(Input(stream), 1000), Is.EqualTo(InflateStatus.Done), "counting has nothing to sum");
        });
    }

    [Test]
    public void Large_streams_pass_through_a_fixed_window()
    {
        var random = new Random(Seed + 4);
        var content = new byte[3_000_000];
        for (var position = 0; position < content.Length;)
        {
            var run = content.AsSpan(position, Math.Min(content.Length - position, random.Next(1, 60_000)));
            if (position > 40_000 && random.Next(2) == 0)
            {
                // Far matches, so that the window's edge is met.
                content.AsSpan(position - random.Next(30_000, 33_000), Math.Min(run.Length, 20_000)).CopyTo(content.AsSpan(position));
            }
            else
            {
                random.NextBytes(run);
            }

            position += run.Length;
        }

        var stream = DeflateStreams.Compress(content, random);
        var sink = new MemorySink();
        Assert.That(new Inflater().Inflate(Input(stream), content.Length, sink), Is.EqualTo(InflateStatus.Done));
        Assert.That(sink.ToArray().AsSpan().SequenceEqual(content));
    }

    private static InflateInput Input(byte[] stream) => new(stream, 0, stream.Length);

    private static void AssertInflates(Inflater inflater, byte[] stream, byte[] content, string context)
    {
        // What follows in a pack must not matter, nor how the window is cut.
        byte[] padded = [7, 7, 7, .. stream, 0x55, 0xAA, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        var whole = new InflateInput(padded, 3, padded.Length - 3);
        var destination = new byte[content.Length + 20];
        var status = inflater.Inflate(whole, destination, content.Length);
        var pieces = new TrickleInput(padded, 3, 5 + (content.Length % 40));
        var sink = new MemorySink();
        var streamed = inflater.Inflate(pieces, content.Length, sink);
        var counted = new InflateInput(padded, 3, padded.Length - 3);
        var count = inflater.Count(counted, content.Length);
        if (status != InflateStatus.Done || !destination.AsSpan(0, content.Length).SequenceEqual(content) || whole.Position != stream.Length + 3
            || streamed != InflateStatus.Done || !sink.ToArray().AsSpan().SequenceEqual(content) || pieces.Consumed != stream.Length + 3
            || count != InflateStatus.Done || counted.Position != stream.Length + 3)
        {
            Assert.Fail($"{context}: {status} {streamed} {count}, ends {whole.Position} {pieces.Consumed} {counted.Position}, stream {stream.Length}, content {content.Length}");
        }
    }

    private sealed class MemorySink : IInflateSink
    {
        private readonly MemoryStream _bytes = new();

        public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

        public byte[] ToArray() => _bytes.ToArray();
    }

    /// <summary>Gives a few bytes at a time through a small sliding buffer.</summary>
    private sealed class TrickleInput(byte[] source, int start, int step) : InflateInput(new byte[step + 32], 0, 0)
    {
        private int _next = start;

        public int Consumed => _next - (End - Position);

        public override bool Refill()
        {
            var kept = Math.Min(Position, Rewindable);
            Buffer.AsSpan(Position - kept, End - Position + kept).CopyTo(Buffer);
            End = End - Position + kept;
            Position = kept;
            var count = Math.Min(step, Math.Min(source.Length - _next, Buffer.Length - End));
            source.AsSpan(_next, count).CopyTo(Buffer.AsSpan(End));
            _next += count;
            End += count;
            return count > 0;
        }
    }
}
