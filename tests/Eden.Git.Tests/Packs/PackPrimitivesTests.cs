using System.Buffers.Binary;
using Eden.Git;
using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Packs;

[TestFixture]
public class PackPrimitivesTests
{
    private static readonly long[] s_values =
        [0, 1, 15, 16, 127, 128, 2047, 2048, 16383, 16384, (1L << 31) - 1, 1L << 31, (1L << 32) + 5, 1L << 40, 256L << 30, long.MaxValue >> 8];

    [TestCaseSource(nameof(s_values))]
    public void Integers_survive_each_encoding(long value)
    {
        var bytes = new byte[VariableInteger.MaxLength];
        var length = VariableInteger.WriteEntryHeader(bytes, PackEntryKind.Tag, value);
        Assert.That(VariableInteger.TryReadEntryHeader(bytes, out var kind, out var size, out var read), Is.True);
        Assert.That((kind, size, read), Is.EqualTo((PackEntryKind.Tag, value, length)));

        length = VariableInteger.WriteSize(bytes, value);
        Assert.That(VariableInteger.TryReadSize(bytes, out size, out read), Is.True);
        Assert.That((size, read), Is.EqualTo((value, length)));
        if (value > 0)
        {
            length = VariableInteger.WriteDistance(bytes, value);
            Assert.That(VariableInteger.TryReadDistance(bytes, out size, out read), Is.True);
            Assert.That((size, read), Is.EqualTo((value, length)));
        }
    }

    [Test]
    public void Encodings_are_those_of_git()
    {
        var bytes = new byte[VariableInteger.MaxLength];
        Assert.That(bytes[..VariableInteger.WriteDistance(bytes, 128)], Is.EqualTo(new byte[] { 0x80, 0x00 }));
        Assert.That(bytes[..VariableInteger.WriteDistance(bytes, 16511)], Is.EqualTo(new byte[] { 0xFF, 0x7F }));
        Assert.That(bytes[..VariableInteger.WriteEntryHeader(bytes, PackEntryKind.Blob, 300)], Is.EqualTo(new byte[] { 0xBC, 0x12 }));
        Assert.That(bytes[..VariableInteger.WriteSize(bytes, 300)], Is.EqualTo(new byte[] { 0xAC, 0x02 }));
    }

    [Test]
    public void Integers_that_overflow_or_do_not_end_are_refused()
    {
        byte[] endless = [.. Enumerable.Repeat((byte)0xFF, 20)];
        Assert.Multiple(() =>
        {
            Assert.That(VariableInteger.TryReadEntryHeader(endless, out _, out _, out _), Is.False);
            Assert.That(VariableInteger.TryReadDistance(endless, out _, out _), Is.False);
            Assert.That(VariableInteger.TryReadSize(endless, out _, out _), Is.False);
            Assert.That(VariableInteger.TryReadEntryHeader(endless.AsSpan(0, 3), out _, out _, out _), Is.False);
            Assert.That(VariableInteger.TryReadDistance(endless.AsSpan(0, 3), out _, out _), Is.False);
            Assert.That(VariableInteger.TryReadSize([], out _, out _), Is.False);
        });
    }

    [Test]
    public void Ids_keep_their_bytes_order_and_text([Values] GitObjectFormat format)
    {
        var random = new Random(11);
        var ids = new List<(byte[] Raw, ObjectHash Id)>();
        for (var index = 0; index < 500; index++)
        {
            var raw = new byte[format.HashLength()];
            random.NextBytes(raw.AsSpan(random.Next(raw.Length)));
            var id = ObjectHash.FromBytes(raw);
            var copy = new byte[raw.Length];
            id.CopyTo(copy);
            Assert.That(copy, Is.EqualTo(raw));
            Assert.That(ObjectHash.TryParse(id.ToHex(format), out var parsed) && parsed == id && parsed.GetHashCode() == id.GetHashCode(), Is.True);
            ids.Add((raw, id));
        }

        var sorted = ids.OrderBy(pair => pair.Id).Select(pair => pair.Raw);
        Assert.That(sorted, Is.EqualTo(ids.Select(pair => pair.Raw).Order(Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))));
    }

    [Test]
    public void An_index_puts_offsets_beyond_2_GiB_into_its_second_table()
    {
        var ids = Enumerable.Range(1, 3).Select(number => ObjectHash.FromBytes([.. Enumerable.Repeat((byte)number, 20)])).ToArray();
        long[] offsets = [12, 5L << 30, PackIndexWriter.FirstLargeOffset];
        using var output = new MemoryStream();
        PackIndexWriter.Write(output, GitObjectFormat.Sha1, ids, index => (offsets[index], (uint)index), ids[0]);
        var bytes = output.ToArray().AsSpan();
        var table = 8 + 1024 + (3 * 20) + (3 * 4);
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(bytes[table..]), Is.EqualTo(12));
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(bytes[(table + 4)..]), Is.EqualTo(0x8000_0000));
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(bytes[(table + 8)..]), Is.EqualTo(0x8000_0001));
        Assert.That(BinaryPrimitives.ReadInt64BigEndian(bytes[(table + 12)..]), Is.EqualTo(5L << 30));
        Assert.That(BinaryPrimitives.ReadInt64BigEndian(bytes[(table + 20)..]), Is.EqualTo(1L << 31));
    }
}
