using System.Security.Cryptography;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git.Fetching;
using Eden.Git.Packs;
using Eden.Git.Remotes;

namespace Eden.Git.Tests.Sync;

/// <summary>An answer of git-upload-pack in any pieces: the pack goes to its file, the rest to libgit2, which sees a pack without objects.</summary>
[TestFixture]
public class AnswerSplitterTests
{
    private static readonly byte[] s_pack = [.. Enumerable.Range(0, 300).Select(number => unchecked((byte)(number * 7)))];

    private static byte[] EmptyPack
    {
        get
        {
            byte[] header = [.. "PACK"u8, 0, 0, 0, 2, 0, 0, 0, 0];
#pragma warning disable CA5350 // The checksum of packs.
            return [.. header, .. SHA1.HashData(header)];
#pragma warning restore CA5350
        }
    }

    [Test]
    public void The_pack_is_taken_out_of_side_bands_in_any_pieces()
    {
        byte[] before = [.. Line("ACK 0123 common\n"u8), .. Line("NAK\n"u8), .. Line("\u0002counting\n"u8)];
        byte[] between = Line("\u0002compressing\n"u8);
        byte[] answer = [.. before, .. Line([1, .. s_pack[..100]]), .. between, .. Line([1]), .. Line([1, .. s_pack[100..]]), .. "0000"u8];
        for (var length = 1; length <= answer.Length; length++)
        {
            var receiver = new Receiver();

            var rest = Split(answer, length, receiver);

            Assert.That((receiver.Bytes, receiver.IsEnded), Is.EqualTo((s_pack, true)).Using<(byte[] Bytes, bool IsEnded)>((left, right) => left.Bytes.SequenceEqual(right.Bytes) && left.IsEnded == right.IsEnded), $"in pieces of {length}");
            Assert.That(rest, Is.EqualTo((byte[])[.. before, .. between, .. Line([1, .. EmptyPack]), .. "0000"u8]), $"in pieces of {length}");
        }
    }

    [Test]
    public void A_pack_without_side_bands_ends_with_the_answer()
    {
        byte[] pack = [.. "PACK"u8, .. s_pack];
        byte[] answer = [.. Line("NAK\n"u8), .. pack];
        for (var length = 1; length <= answer.Length; length++)
        {
            var receiver = new Receiver();

            var rest = Split(answer, length, receiver);

            Assert.That(receiver.IsEnded, Is.True);
            Assert.That(receiver.Bytes, Is.EqualTo(pack), $"in pieces of {length}");
            Assert.That(rest, Is.EqualTo((byte[])[.. Line("NAK\n"u8), .. EmptyPack]), $"in pieces of {length}");
        }
    }

    [Test]
    public void An_answer_that_breaks_off_has_no_end_and_no_pack_for_the_reader()
    {
        byte[] answer = [.. Line("NAK\n"u8), .. Line([1, .. s_pack]), .. "0000"u8];
        for (var length = 0; length < answer.Length; length++)
        {
            var receiver = new Receiver();

            var rest = Split(answer[..length], 1, receiver);

            Assert.That(receiver.IsEnded, Is.False, $"{length} bytes");
            Assert.That(Line("NAK\n"u8).AsSpan().StartsWith(rest), Is.True, $"{length} bytes");
        }
    }

    [TestCase("0008NAK\n0000")]
    [TestCase("000eERR sorry\n")]
    [TestCase("zzzz what is this")]
    [TestCase("0003")]
    [TestCase("00040008NAK\n")]
    public void What_is_no_pack_is_left_as_it_is(string text)
    {
        var receiver = new Receiver();

        Assert.That(Encoding.ASCII.GetString(Split(Encoding.ASCII.GetBytes(text), 3, receiver)), Is.EqualTo(text));
        Assert.That((receiver.Bytes.Length, receiver.IsEnded), Is.EqualTo((0, false)));
    }

    [Test]
    public void A_receiver_that_has_had_enough_gets_no_more()
    {
        var receiver = new Receiver { Most = 50 };
        var splitter = new AnswerSplitter(receiver);

        splitter.Take(Line([1, .. s_pack[..60]]), isLast: false);
        splitter.Take(Line([1, .. s_pack[60..]]), isLast: false);

        Assert.That((splitter.IsRefused, receiver.Bytes.Length), Is.EqualTo((true, 60)));
    }

    [TestCase(1)]
    [TestCase(19)]
    [TestCase(20)]
    [TestCase(21)]
    [TestCase(70_001)]
    [TestCase(1_000_000)]
    public async Task What_arrives_is_read_without_its_checksum_which_is_checked(int piece)
    {
        using var folder = new TempFolder();
        var bytes = new byte[piece < 20 ? 600 : 600_000];
        new Random(piece).NextBytes(bytes);
#pragma warning disable CA5350 // The checksum of packs.
        SHA1.HashData(bytes.AsSpan(..^20), bytes.AsSpan(^20..));
#pragma warning restore CA5350
        using var handle = File.OpenHandle(folder["pack"], FileMode.CreateNew, FileAccess.ReadWrite);
        using var arriving = new ArrivingPack(handle, GitObjectFormat.Sha1, CancellationToken.None);
        var reading = Task.Run(() => ReadAll(arriving));

        foreach (var part in bytes.Chunk(piece))
        {
            arriving.Append(part);
        }

        arriving.End();

        Assert.That(await reading, Is.EqualTo(bytes[..^20]));
        Assert.That((arriving.Check().Matches, arriving.Length), Is.EqualTo((true, (long)bytes.Length)));
    }

    [Test]
    public void A_wait_for_bytes_ends_with_a_cancellation()
    {
        using var folder = new TempFolder();
        using var cancellation = new CancellationTokenSource();
        using var handle = File.OpenHandle(folder["pack"], FileMode.CreateNew, FileAccess.ReadWrite);
        using var arriving = new ArrivingPack(handle, GitObjectFormat.Sha1, cancellation.Token);
        var reading = Task.Run(() => ReadAll(arriving));

        cancellation.Cancel();

        Assert.That(async () => await reading, Throws.InstanceOf<OperationCanceledException>());
    }

    private static byte[] ReadAll(PackFile pack)
    {
        using var all = new MemoryStream();
        var buffer = new byte[1000];
        for (int count; (count = pack.Read(all.Length, buffer)) > 0;)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private static byte[] Line(ReadOnlySpan<byte> payload) => [.. Encoding.ASCII.GetBytes($"{payload.Length + 4:x4}"), .. payload];

    private static byte[] Split(byte[] answer, int length, Receiver receiver)
    {
        var splitter = new AnswerSplitter(receiver);
        using var rest = new MemoryStream();
        var buffer = new byte[17];
        foreach (var piece in answer.Chunk(length).Append([]))
        {
            splitter.Take(piece, isLast: piece.Length == 0);
            for (int count; (count = splitter.Give(buffer)) > 0;)
            {
                rest.Write(buffer, 0, count);
            }
        }

        return rest.ToArray();
    }

    private sealed class Receiver : IPackReceiver
    {
        private readonly List<byte> _bytes = [];

        public int Most { get; init; } = int.MaxValue;

        public bool IsEnded { get; private set; }

        public byte[] Bytes => [.. _bytes];

        public bool TryReceive(ReadOnlySpan<byte> bytes)
        {
            _bytes.AddRange(bytes);
            return _bytes.Count < Most;
        }

        public bool TryEnd()
        {
            IsEnded = true;
            return true;
        }
    }
}
