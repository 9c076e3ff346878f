using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests;

/// <summary>A pack of more than 4 GiB whose deltas have their bases at its other end: all offsets have 64 bits, and no window spans that far. Git judges.</summary>
[TestFixture, Category("Huge"), Parallelizable(ParallelScope.Self)]
public class LargePackTests
{
    private const long FourGibibytes = 1L << 32;
    private const long DiskNeeded = 14L << 30;
    private const int NoiseLength = 16 << 20;

    [Test]
    public async Task A_pack_of_four_gibibytes_is_bundled_verified_and_restored_by_a_process_of_128_MiB()
    {
        using var folder = new TempFolder();
        SkipWithoutDisk(folder.Path);
        var source = folder["source.git"];
        await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "-b", "main", source);
        var pack = await Task.Run(() => new FarDeltaPack().Write(Path.Combine(source, "objects", "pack")));
        await GitCli.RunAsync(source, "index-pack", pack.Path);
        await GitCli.RunAsync(source, "update-ref", "refs/heads/main", pack.Commit);
        var refs = await GitCli.RunAsync(source, "for-each-ref");
        var objects = await ObjectsAsync(source);

        var file = folder["large.bundle"];
        await RunAsync(folder, "create", source, file);
        Directory.Delete(source, recursive: true);
        Assert.That(new FileInfo(file).Length, Is.GreaterThan(FourGibibytes));
        await RunAsync(folder, "verify", "--depth", "commits", file);
        await RunAsync(folder, "verify", "--depth", "objects", file);
        var restored = folder["restored.git"];
        await RunAsync(folder, "restore", file, restored);
        File.Delete(file);

        await GitCli.RunAsync(restored, "fsck", "--full");
        Assert.That(await GitCli.RunAsync(restored, "for-each-ref"), Is.EqualTo(refs));
        Assert.That(await ObjectsAsync(restored), Is.EqualTo(objects));
        var offsets = await OffsetsAsync(restored);
        Assert.That(offsets[pack.FarDelta] - offsets[pack.FarBase], Is.GreaterThan(FourGibibytes), "the delta was copied as it is, and its base is where it was");
    }

    private static async Task RunAsync(TempFolder folder, params string[] arguments)
    {
        var means = new ProcessMeans { HeapBytes = 128 << 20, Patience = TimeSpan.FromMinutes(15) };
        var run = await ConsoleRun.StartAsync(means, folder.Path, ["bundle", .. arguments]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
    }

    private static async Task<string[]> ObjectsAsync(string repository)
        => (await GitCli.RunAsync(repository, "cat-file", "--batch-all-objects", "--batch-check")).Split('\n');

    private static async Task<Dictionary<string, long>> OffsetsAsync(string repository)
    {
        var index = await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(repository, "objects", "pack"), "*.idx").Single());
        var listed = Encoding.ASCII.GetString(await GitCli.RunWithInputAsync(repository, index, "show-index"));
        return listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(fields => fields[1], fields => long.Parse(fields[0], CultureInfo.InvariantCulture));
    }

    private static void SkipWithoutDisk(string path)
    {
        var free = new DriveInfo(path).AvailableFreeSpace;
        if (free < DiskNeeded)
        {
            Assert.Ignore($"The disk of {path} has {free >> 30} GiB free; this test needs {DiskNeeded >> 30} GiB.");
        }
    }

    /// <summary>Writes noise between deltas and their bases, straight to disk.</summary>
    private sealed class FarDeltaPack
    {
        private const int Blobs = (int)(FourGibibytes / NoiseLength) + 1;

        // A base at the beginning, a delta of something at the end, a delta of the base, the end, a tree, a commit.
        private const int Entries = Blobs + 6;
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        private readonly List<byte> _tree = [];
        private FileStream? _file;

        public (string Path, string Commit, string FarBase, string FarDelta) Write(string directory)
        {
            var aside = System.IO.Path.Combine(directory, "incoming.pack");
            string commit;
            string farBase;
            string farDelta;
            byte[] checksum;
            using (_file = new FileStream(aside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1))
            {
                Span<byte> header = stackalloc byte[PackHeader.Length];
                new PackHeader(2, Entries).Write(header);
                Append(header);
                var first = Text("first");
                var last = Text("last");
                var baseOffset = _file.Position;
                farBase = AddWhole(PackEntryKind.Blob, first, "a");

                // As in a thin pack that a fetch has completed: what the delta names comes last.
                AddDelta(PackEntryKind.ReferenceDelta, Convert.FromHexString(SyntheticPack.Id(GitObjectFormat.Sha1, "blob", last)), last, "b");
                var noise = new byte[NoiseLength];
                var state = 7UL;
                for (var blob = 0; blob < Blobs; blob++)
                {
                    Fill(noise, ref state);
                    AddWhole(PackEntryKind.Blob, noise, $"noise-{blob:D4}");
                }

                var distance = new byte[VariableInteger.MaxLength];
                var length = VariableInteger.WriteDistance(distance, _file.Position - baseOffset);
                farDelta = AddDelta(PackEntryKind.OffsetDelta, distance[..length], first, "x");
                AddWhole(PackEntryKind.Blob, last, "y");
                var tree = AddWhole(PackEntryKind.Tree, [.. _tree], null);
                commit = AddWhole(PackEntryKind.Commit, Encoding.ASCII.GetBytes($"tree {tree}\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\n\nlarge\n"), null);
                checksum = _hash.GetHashAndReset();
                _file.Write(checksum);
            }

            var path = System.IO.Path.Combine(directory, $"pack-{Convert.ToHexStringLower(checksum)}.pack");
            File.Move(aside, path);
            return (path, commit, farBase, farDelta);
        }

        private static byte[] Text(string word) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 2_000).Select(line => $"{word} {line}\n")));

        // SplitMix64: quicker than the disk.
        private static void Fill(Span<byte> noise, ref ulong state)
        {
            unchecked
            {
                foreach (ref var word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(noise))
                {
                    var mixed = state += 0x9E3779B97F4A7C15;
                    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
                    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
                    word = mixed ^ (mixed >> 31);
                }
            }
        }

        private string AddWhole(PackEntryKind kind, byte[] content, string? name)
        {
            AddEntry(kind, content.Length, [], content);
            return Name(SyntheticPack.Id(GitObjectFormat.Sha1, kind.ToString().ToLowerInvariant(), content), name);
        }

        private string AddDelta(PackEntryKind kind, byte[] between, byte[] source, string name)
        {
            var delta = SyntheticPack.Delta(source.Length, 104, [0x90, 100, 4, .. "tail"u8]);
            AddEntry(kind, delta.Length, between, delta);
            return Name(SyntheticPack.Id(GitObjectFormat.Sha1, "blob", [.. source.AsSpan(0, 100), .. "tail"u8]), name);
        }

        private string Name(string id, string? name)
        {
            if (name is not null)
            {
                _tree.AddRange(Encoding.ASCII.GetBytes($"100644 {name}\0"));
                _tree.AddRange(Convert.FromHexString(id));
            }

            return id;
        }

        private void AddEntry(PackEntryKind kind, long size, byte[] between, byte[] content)
        {
            var header = new byte[VariableInteger.MaxLength];
            Append(header.AsSpan(0, VariableInteger.WriteEntryHeader(header, kind, size)));
            Append(between);
            using var zlib = new ZLibStream(new Appending(this), CompressionLevel.NoCompression);
            zlib.Write(content);
        }

        private void Append(ReadOnlySpan<byte> bytes)
        {
            _hash.AppendData(bytes);
            _file!.Write(bytes);
        }

        private sealed class Appending(FarDeltaPack pack) : MemoryStream
        {
            public override void Write(ReadOnlySpan<byte> buffer) => pack.Append(buffer);

            public override void Write(byte[] buffer, int offset, int count) => pack.Append(buffer.AsSpan(offset, count));
        }
    }
}
