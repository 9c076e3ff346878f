using System.IO.Compression;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Packs;

/// <summary>Packs of several megabytes, which more than one worker scans: what comes out must not depend on who guessed what.</summary>
[TestFixture]
public class PackScannerTests
{
    private const int Seed = 5190;
    private const int Blobs = 900;

    [Test]
    public void A_pack_of_many_stretches_is_read_as_one_even_when_a_blob_holds_another_pack()
    {
        var pack = new SyntheticPack();
        var offsets = AddEntries(pack);
        var entries = Scan(pack);
        Assert.Multiple(() =>
        {
            Assert.That(Enumerable.Range(0, entries.Count).Select(entries.Offset), Is.EqualTo(offsets));
            Assert.That(Enumerable.Range(0, entries.Count).Count(entries.IsDelta), Is.EqualTo(2 * Blobs / 10));
            Assert.That(entries.OffsetBase(entries.Count - 1), Is.Zero, "across all stretches");
        });
    }

    [Test]
    public void Damage_behind_many_stretches_is_reported_at_its_own_place()
    {
        var pack = new SyntheticPack();
        AddEntries(pack);
        var offset = pack.NextOffset;
        pack.AddRaw(PackEntryKind.Blob, 5, [], SyntheticPack.Deflate([1, 2, 3, 4]));
        AddEntries(pack);
        var damage = Assert.Throws<PackDamageException>(() => Scan(pack));
        Assert.That((damage!.Offset, damage.Message), Is.EqualTo(((long?)offset, "the compressed data holds less than the declared size")));
    }

    [Test]
    public void Entries_are_counted_across_stretches([Values(-1, 1)] int difference)
    {
        var sound = new SyntheticPack();
        var count = AddEntries(sound).Count;
        var pack = new SyntheticPack { DeclaredCount = (uint)(count + difference) };
        AddEntries(pack);
        Assert.That(
            () => Scan(pack),
            Throws.TypeOf<PackDamageException>().With.Message.Contains(difference > 0 ? $"ends after {count} of {count + 1} objects" : $"after its {count - 1} objects the pack goes on"));
    }

    [Test]
    public void A_cancelled_scan_says_so()
    {
        var pack = new SyntheticPack();
        AddEntries(pack);
        Assert.That(() => Scan(pack, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>Blobs that do not compress, a large one that holds a whole pack uncompressed, as many again, and deltas between them.</summary>
    private static List<long> AddEntries(SyntheticPack pack)
    {
        var random = new Random(Seed);
        var inner = new SyntheticPack();
        AddBlobs(inner, random, [], inner.NextOffset);
        var content = inner.ToPack();
        var offsets = new List<long>();
        var first = pack.NextOffset;
        AddBlobs(pack, random, offsets, first);
        offsets.Add(pack.NextOffset);
        pack.AddRaw(PackEntryKind.Blob, content.Length, [], SyntheticPack.Deflate(content, CompressionLevel.NoCompression));
        AddBlobs(pack, random, offsets, first);
        return offsets;
    }

    private static void AddBlobs(SyntheticPack pack, Random random, List<long> offsets, long first)
    {
        for (var blob = 1; blob <= Blobs; blob++)
        {
            var content = new byte[3000];
            random.NextBytes(content);
            offsets.Add(pack.NextOffset);
            pack.Add(PackEntryKind.Blob, content);
            if (blob % 10 == 0)
            {
                offsets.Add(pack.NextOffset);
                pack.AddOffsetDelta(pack.NextOffset - first, SyntheticPack.Delta(content.Length, 5, 0x90, 5));
            }
        }
    }

    private static PackEntries Scan(SyntheticPack pack, CancellationToken cancellationToken = default)
    {
        using var folder = new TempFolder();
        var bytes = pack.ToPack();
        File.WriteAllBytes(folder["scanned.pack"], bytes);
        using var handle = File.OpenHandle(folder["scanned.pack"]);
        return PackScanner.Scan(new PackFile(handle, 0, bytes.Length, 20), GitObjectFormat.Sha1, GitLimits.Default, false, null, cancellationToken);
    }
}
