using Microsoft.Extensions.Time.Testing;

namespace Eden.Checkpoint.Tests;

[TestFixture]
public class OpaqueIdTests
{
    [TestCase("1970-01-01T00:00:00Z", "0000000000")]
    [TestCase("1970-01-01T00:00:00.033Z", "0000000011")]
    [TestCase("2016-07-30T23:54:10.259Z", "01arz3ndek")]
    [TestCase("9999-12-31T23:59:59.999Z", "76ez91zpzz")]
    [TestCase("1969-07-20T20:17:00Z", "0000000000")]
    public void An_id_begins_with_its_time_as_every_ulid_does(string now, string expected)
    {
        var id = OpaqueId.NewExperimentId(new FakeTimeProvider(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

        Assert.That(id, Does.StartWith("exp_" + expected).And.Match("^exp_[0-9a-hjkmnp-tv-z]{26}$"));
    }

    [Test]
    public void No_two_are_equal_and_a_manifest_takes_each()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => OpaqueId.NewExperimentId()).ToArray();

        Assert.That(ids, Is.Unique);
        Assert.That(() => ids.Select(id => new CheckpointImportOptions { AsExperimentId = id }).ToArray(), Throws.Nothing);
    }

    [TestCase("exp_1")]
    [TestCase("exp_01HQS3M4N5P6Q7R8S9T0V1W2X3")]
    [TestCase("exp_01hqs3m4n5p6q7r8s9t0v1w2xé")]
    [TestCase("exp_01hqs3m4n5p6q7r8s9t0v1w2x\ud800")]
    [TestCase("")]
    [TestCase(" ")]
    public void No_option_takes_what_is_no_id(string id)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(OpaqueId.IsExperimentId(id), Is.False);
            Assert.That(() => new CheckpointExportOptions { ExperimentId = id }, Throws.ArgumentException);
            Assert.That(() => new CheckpointImportOptions { AsExperimentId = id }, Throws.ArgumentException);
            Assert.That(() => new CheckpointImportOptions { ExpectedExperimentId = id }, Throws.ArgumentException);
            Assert.That(() => new PostgresCheckpointStoreOptions { ExperimentId = id }, Throws.ArgumentException);
        }
    }

    [Test]
    public void Nothing_is_no_id() => Assert.That(OpaqueId.IsExperimentId(null), Is.False);
}
