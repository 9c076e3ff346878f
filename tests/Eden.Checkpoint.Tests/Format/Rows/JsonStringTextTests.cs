using System.Text;
using Eden.Checkpoint.Format.Rows.Json;

namespace Eden.Checkpoint.Tests.Format.Rows;

internal sealed class JsonStringTextTests
{
    [TestCase("abc", @"\u0061\u0062c")]
    [TestCase("é漢", @"\u00e9\u6F22")]
    [TestCase("\U0001F680", @"\ud83d\uDE80")]
    [TestCase("/", @"\/")]
    [TestCase(@"\\u0061", @"\\u0061")]
    [TestCase(@"\b\f\n\r\t\""", @"\u0008\u000c\u000a\u000D\u0009\u0022")]
    [TestCase(@"\ud800", @"\uD800")]
    public void Escaped_and_raw_spellings_are_equal(string left, string right)
        => Assert.That(JsonStringText.Compare(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right)), Is.Zero);

    [TestCase("a", "b")]
    [TestCase("a", "ab")]
    [TestCase("", "a")]
    [TestCase("a", @"\u0062")]
    [TestCase(@"\u00e9", "漢")]
    [TestCase("\uE000", @"\ud83d\ude80")]
    [TestCase(@"\ud800", "\uFFFD")]
    [TestCase(@"\ud800", @"\udc00")]
    [TestCase(@"\ud800\u0061", @"\ud800b")]
    public void Different_texts_order_by_their_bytes(string lesser, string greater)
    {
        var (left, right) = (Encoding.UTF8.GetBytes(lesser), Encoding.UTF8.GetBytes(greater));
        Assert.That(JsonStringText.Compare(left, right), Is.Negative);
        Assert.That(JsonStringText.Compare(right, left), Is.Positive);
    }

    [Test]
    public void Decoding_gives_the_bytes_of_the_text()
        => Assert.That(JsonStringText.Decode(Encoding.UTF8.GetBytes(@"a\u00e9\ud83d\ude80\nb")), Is.EqualTo(Encoding.UTF8.GetBytes("aé\U0001F680\nb")));
}
