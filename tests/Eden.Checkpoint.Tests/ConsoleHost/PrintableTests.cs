using Eden.Checkpoint.ConsoleHost.Output;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>What an archive says is shown, not obeyed.</summary>
[TestFixture]
public class PrintableTests
{
    [TestCase("plain – ünïcode 漢字 😀", "plain – ünïcode 漢字 😀")]
    [TestCase("\u001b[2Jgone", "\\u001b[2Jgone")]
    [TestCase("a\nb\r\tc", "a\\u000ab\\u000d\\u0009c")]
    [TestCase("evil\u202egnp.exe", "evil\\u202egnp.exe")]
    [TestCase("\u009b31m", "\\u009b31m")]
    public void Control_characters_become_escapes(string text, string shown)
        => Assert.That(Printable.Of(text), Is.EqualTo(shown));

    [Test]
    public void Half_a_surrogate_pair_becomes_an_escape()
        => Assert.That(Printable.Of($"half {(char)0xd83d}"), Is.EqualTo("half \\ufffd"));

    [Test]
    public void A_long_text_is_cut_between_characters()
    {
        Assert.That(Printable.Of("abcdef", 6), Is.EqualTo("abcdef"));
        Assert.That(Printable.Of("abcdefg", 6), Is.EqualTo("abcde…"));
        Assert.That(Printable.Of("abcd😀fg", 6), Is.EqualTo("abcd…"));
    }

    [TestCase(0, "0 B")]
    [TestCase(1023, "1,023 B")]
    [TestCase(1024, "1.0 KiB")]
    [TestCase(145_752_064, "139.0 MiB")]
    [TestCase(long.MaxValue, "8.0 EiB")]
    public void Sizes_read_in_binary_units(long bytes, string shown)
        => Assert.That(Quantity.Bytes(bytes), Is.EqualTo(shown));
}
