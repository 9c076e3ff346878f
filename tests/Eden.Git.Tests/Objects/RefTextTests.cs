using System.Text;
using Eden.Git.Objects;

namespace Eden.Git.Tests.Objects;

/// <summary>Names of any bytes survive as text, and names that are UTF-8 are the text that they are.</summary>
[TestFixture]
internal sealed class RefTextTests
{
    [Test]
    public void Text_is_the_text_that_it_is([Values("refs/heads/main", "refs/heads/ünïcode/ветка", "refs/heads/\uFFFD", "refs/heads/\U0001F680", "")] string name)
    {
        Assert.That(RefText.Decode(Encoding.UTF8.GetBytes(name)), Is.EqualTo(name));
        Assert.That(RefText.Encode(name), Is.EqualTo(Encoding.UTF8.GetBytes(name)));
        Assert.That(RefText.Show(name), Is.EqualTo(name));
        Assert.That(RefText.HasBytes(name), Is.False);
    }

    [TestCase("FF")]
    [TestCase("E9")]
    [TestCase("C328")]
    [TestCase("EDA080", Description = "a surrogate, which UTF-8 does not have")]
    [TestCase("EDB2BF", Description = "the very surrogate that stands for a byte")]
    [TestCase("C0AF", Description = "longer than needed")]
    [TestCase("F5808080")]
    [TestCase("F09F9A", Description = "cut off")]
    [TestCase("EFBFBDFF", Description = "U+FFFD, then a byte")]
    public void Bytes_that_are_no_text_come_back_as_they_were(string hex)
    {
        byte[] name = [.. "refs/heads/a"u8, .. Convert.FromHexString(hex), .. "z"u8];
        var text = RefText.Decode(name);
        Assert.That(RefText.Encode(text), Is.EqualTo(name));
        Assert.That(RefText.HasBytes(text), Is.True);
        Assert.That(RefText.Show(text), Is.EqualTo(Encoding.UTF8.GetString(name)));
    }

    [Test]
    public void Different_names_stay_different()
    {
        var random = new Random(8);
        var names = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        byte[] likely = [0x41, 0x7F, 0x80, 0xBF, 0xC3, 0xE2, 0xED, 0xA0, 0xB2, 0xEF, 0xBD, 0xF0, 0x9F, 0xFF];
        for (var round = 0; round < 50_000; round++)
        {
            var name = new byte[random.Next(1, 6)];
            for (var index = 0; index < name.Length; index++)
            {
                name[index] = likely[random.Next(likely.Length)];
            }

            var text = RefText.Decode(name);
            Assert.That(RefText.Encode(text), Is.EqualTo(name), Convert.ToHexString(name));
            Assert.That(names.TryAdd(text, name) || names[text].AsSpan().SequenceEqual(name), Is.True, Convert.ToHexString(name));
        }
    }
}
