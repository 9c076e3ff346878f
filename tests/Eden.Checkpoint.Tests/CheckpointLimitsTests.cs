namespace Eden.Checkpoint.Tests;

[TestFixture]
public class CheckpointLimitsTests
{
    [Test]
    public void A_limit_outside_its_range_cannot_be_made()
    {
        Assert.That(() => new CheckpointLimits { MaxMembers = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CheckpointLimits { MaxJsonDepth = 4096 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CheckpointLimits { MaxObjectBytes = -1 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void The_defaults_are_those_of_the_format()
    {
        var limits = CheckpointLimits.Default;
        Assert.Multiple(() =>
        {
            Assert.That(limits.MaxManifestBytes, Is.EqualTo(1 << 20));
            Assert.That(limits.MaxExperimentBytes, Is.EqualTo(1 << 20));
            Assert.That(limits.MaxConfigBytes, Is.EqualTo(16 << 20));
            Assert.That(limits.MaxArchiveBytes, Is.EqualTo(long.MaxValue));
            Assert.That(limits.MaxTrailingZeros, Is.EqualTo(16 << 20));
            Assert.That(limits.MaxCommitBytes, Is.EqualTo(16 << 20));
            Assert.That(limits.MaxLineBytes, Is.EqualTo(64 << 20));
            Assert.That(limits.MaxJsonDepth, Is.EqualTo(128));
            Assert.That(limits.MaxMembers, Is.EqualTo(1_000_000));
            Assert.That(limits.MaxPathBytes, Is.EqualTo(1024));
            Assert.That(limits.MaxObjectBytes, Is.EqualTo(4L << 30));
            Assert.That(limits.MaxBundleRefs, Is.EqualTo(10_000_000));
            Assert.That(limits.MaxBundleHeaderBytes, Is.EqualTo(1L << 30));
            Assert.That(limits.MaxBundleInflatedBytes, Is.EqualTo(1L << 40));
            Assert.That(limits.MaxBundleInflation, Is.EqualTo(2_000));
            Assert.That(limits.SmallBundleInflatedBytes, Is.EqualTo(8L << 30));
            Assert.That(limits.MaxBundleSpilledBytes, Is.EqualTo(16L << 30));
            Assert.That(limits.MaxViolations, Is.EqualTo(100));
        });
    }
}
