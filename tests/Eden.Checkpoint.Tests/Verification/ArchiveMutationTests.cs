using System.Text;
using Eden.Checkpoint.Tests.Format.Archive;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Verification;

/// <summary>Any bytes give a result or one of our exceptions, never another one and never a hang.</summary>
[TestFixture]
public class ArchiveMutationTests : VerifierTestBase
{
    private static readonly CheckpointLimits s_limits = CheckpointLimits.Default with { MaxArchiveBytes = 1 << 20 };

    [Test]
    public async Task The_reader_survives_damage([Values(11, 12, 13, 14)] int seed)
    {
        var longName = "r/" + new string('n', 150);
        var valid = new RawTar().Member("./", type: '5').Member("r/", type: '5').Text("r/a", "content")
            .Pax(new Dictionary<string, string> { ["comment"] = "x" }, global: true)
            .Pax(new Dictionary<string, string> { ["path"] = longName, ["mtime"] = "1.5" }).Text("short", new string('s', 600))
            .LongName(longName + "2").Member("short", "gnu"u8, magic: "ustar  \0").Member("r/v7", "7"u8, '\0', magic: "\0\0\0\0\0\0\0\0")
            .Member("r/link", type: '0').End();
        Assert.That((await CheckpointArchiveReaderTests.ReadAsync(valid)).Members, Has.Count.EqualTo(5));
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < 5000; round++)
        {
            var bytes = Mutation.Of(valid, random);
            if (random.Next(2) == 0)
            {
                FixChecksums(bytes);
            }

            try
            {
                await using var reader = new CheckpointArchiveReader(new MemoryStream(bytes), s_limits);
                while (await reader.ReadNextAsync() is { } member)
                {
                    await member.Content.CopyToAsync(Stream.Null);
                }
            }
            catch (CheckpointInvalidException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(500).And.LessThan(5000));
    }

    [Test]
    public async Task The_verifier_survives_damage([Values(21, 22, 23)] int seed, [Values(0, -1)] int manifest)
    {
        var valid = new HandMadeArchive().Artifact("x"u8.ToArray()).Move("manifest.json", manifest).ToTar();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            var bytes = Mutation.Of(valid, random);
            FixChecksums(bytes);
            var report = await VerifyAsync(bytes, s_limits);
            Assert.That(report.IsValid, Is.EqualTo(report.TotalViolations == 0 && report.Problem is null));
        }
    }

    /// <summary>Gives every block that has a header's magic the right checksum, so that the damage inside is what must be noticed.</summary>
    private static void FixChecksums(byte[] bytes)
    {
        for (var offset = 0; offset + 512 <= bytes.Length; offset += 512)
        {
            if (Encoding.ASCII.GetString(bytes, offset + 257, 5) == "ustar" || bytes[offset + 148] == (byte)'0')
            {
                var block = bytes[offset..(offset + 512)];
                RawTar.Checksum(block);
                block.CopyTo(bytes, offset);
            }
        }
    }
}
