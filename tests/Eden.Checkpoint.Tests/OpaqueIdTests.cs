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
}
