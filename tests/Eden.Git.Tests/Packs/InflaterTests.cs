using System.Buffers.Binary;
using Eden.Git.Inflation;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Packs;

[TestFixture]
public class InflaterTests
{
    private const int Seed = 20260611;

    [Test]
    public void Streams_of_the_base_library_inflate_to_the_same_bytes_and_end_where_they_end()
    {
        var random = new Random(Seed);
        var inflater = new Inflater();
        var firstBlocks = new int[4];
        for (var round = 0; round < 10_000; round++)
        {
            var content = DeflateStreams.Content(random);
            var stream = DeflateStreams.Compress(content, random);
            firstBlocks[(stream[2] >> 1) & 3]++;
            AssertInflates(inflater, stream, content, $"seed {Seed}, round {round}");
        }

        Assert.That(firstBlocks[..3], Has.All.GreaterThan(500), "stored, fixed and dynamic");
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
        const int Rounds = 50_000;
        for (var round = 0; round < Rounds; round++)
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

            if (random.Next(2) == 0)
            {
                PutChecksumRight(inflater, stream);
            }

            refused += AgreesWithOracle(inflater, stream, $"seed {Seed + 2}, round {round}") ? 0 : 1;
        }

        Assert.That(refused, Is.InRange(Rounds / 2, Rounds * 95 / 100), "the damage should usually matter, and sometimes not");
    }

    public static IEnumerable<TestCaseData> Faults()
        => DeflateStreams.Faults().Select(fault => new TestCaseData(fault.Stream, fault.IsSound).SetArgDisplayNames(fault.Name));

    [TestCaseSource(nameof(Faults))]
    public void Each_fault_is_refused_by_zlib_and_by_every_mode_and_nothing_beside_it(byte[] stream, bool isSound)
    {
        Assert.That(DeflateStreams.Oracle(stream, out _), Is.EqualTo(isSound), "the base library");
        Assert.That(AgreesWithOracle(new Inflater(), stream, "fault"), Is.EqualTo(isSound));
        for (var length = 0; length < stream.Length && isSound && stream.Length < 200; length++)
        {
            Assert.That(AgreesWithOracle(new Inflater(), stream[..length], $"cut to {length}"), Is.False);
        }

        foreach (var place in isSound ? (int[])[1, 2, 3, 4] : [])
        {
            byte[] wrong = [.. stream];
            wrong[^place] ^= 0x20;
            Assert.That(AgreesWithOracle(new Inflater(), wrong, $"byte {place} of the Adler-32 from its end"), Is.False);
        }
    }

    [Test]
    public void Codes_that_need_the_largest_tables_fit_them()
    {
        var random = new Random(Seed + 5);
        var inflater = new Inflater();
        for (var round = 0; round < 500; round++)
        {
            var stream = DeflateStreams.WithLargestTables(random, out var content);
            Assert.That(DeflateStreams.Oracle(stream, out var expected) && expected.AsSpan().SequenceEqual(content), $"the maker is wrong: round {round}");
            AssertInflates(inflater, stream, content, $"seed {Seed + 5}, round {round}");
        }
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

    /// <summary>Inflates in every mode without knowing the length, and returns whether the stream is sound; the modes and zlib must say the same.</summary>
    private static bool AgreesWithOracle(Inflater inflater, byte[] stream, string context)
    {
        const long Unknown = 1 << 30;
        var sink = new MemorySink();
        var ends = inflater.Inflate(Input(stream), Unknown, sink) == InflateStatus.TooShort;
        var content = sink.ToArray();
        var written = inflater.Inflate(Input(stream), new byte[content.Length], content.Length);
        var streamed = inflater.Inflate(Input(stream), content.Length, new MemorySink());
        var counted = inflater.Count(Input(stream), content.Length);
        var endless = inflater.Count(Input(stream), Unknown);
        var accepted = ends && written == InflateStatus.Done;
        var modes = $"{context}: {(ends ? "ends" : "does not end")}, {written} {streamed} {counted} {endless}: {Convert.ToHexString(stream.AsSpan(0, Math.Min(stream.Length, 2_000)))}";
        if (accepted != DeflateStreams.Oracle(stream, out var expected) || (accepted && !content.AsSpan().SequenceEqual(expected)))
        {
            Assert.Fail($"zlib does not agree: {modes}");
        }

        // Counting steps over the Adler-32; otherwise all three must see the same, whole or not.
        if (ends
            ? written != streamed || (counted == InflateStatus.Done) != (written is InflateStatus.Done or InflateStatus.ChecksumMismatch) || endless is InflateStatus.Malformed
            : written is InflateStatus.Done or InflateStatus.ChecksumMismatch || streamed is InflateStatus.Done or InflateStatus.ChecksumMismatch
                || counted == InflateStatus.Done || endless is not (InflateStatus.Malformed or InflateStatus.Truncated))
        {
            Assert.Fail($"the modes do not agree: {modes}");
        }

        return accepted;
    }

    // What is left of a damaged stream often is one; then both must also agree on what it says.
    private static void PutChecksumRight(Inflater inflater, byte[] stream)
    {
        var input = Input(stream);
        var sink = new MemorySink();
        if (inflater.Inflate(Input(stream), 1 << 30, sink) == InflateStatus.TooShort && inflater.Count(input, sink.ToArray().Length) == InflateStatus.Done)
        {
            BinaryPrimitives.WriteUInt32BigEndian(stream.AsSpan(input.Position - 4), Adler32.Append(Adler32.Start, sink.ToArray()));
        }
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
