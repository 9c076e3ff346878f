using Eden.Git.Repositories;

namespace Eden.Git.Tests.Repositories;

[TestFixture]
internal sealed class OffsetOrderTests
{
    [Test]
    public void Positions_come_in_the_order_of_their_offsets([Values(0, 1, 2, 2049, 50_000)] int count, [Values(100, 1L << 32, long.MaxValue)] long most)
    {
        var random = new Random(count);
        var offsets = Enumerable.Range(0, count).Select(_ => random.NextInt64(most)).ToArray();
        var expected = Enumerable.Range(0, count).OrderBy(position => offsets[position]).ToArray();

        Assert.That(OffsetOrder.Of(offsets), Is.EqualTo(expected));
    }
}
