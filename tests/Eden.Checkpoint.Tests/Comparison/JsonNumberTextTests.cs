using System.Globalization;
using System.Numerics;
using System.Text;
using Eden.Checkpoint.Comparison;

namespace Eden.Checkpoint.Tests.Comparison;

internal sealed class JsonNumberTextTests
{
    [TestCase("1", "1.0")]
    [TestCase("1", "1e0")]
    [TestCase("1", "10E-1")]
    [TestCase("1", "0.001e+3")]
    [TestCase("-12.50", "-1.25e1")]
    [TestCase("0", "-0.000e99999999999999999999999")]
    [TestCase("1e1000000000", "10e999999999")]
    [TestCase("1e100000000000000000000000000000", "0.01e100000000000000000000000000002")]
    [TestCase("1e-99999999999999999999", "10e-100000000000000000000")]
    [TestCase("1e99999999999999999999", "0.1e100000000000000000000")]
    [TestCase("1e0000000000000000000000000001", "10")]
    [TestCase("0.1e1", "10e-1")]
    [TestCase("123456789012345678901234567890.5", "1234567890123456789012345678905e-1")]
    [TestCase("100.001", "100001e-3")]
    public void Spellings_of_one_number_are_equal(string left, string right)
    {
        Assert.That(Same(left, right), Is.True);
        Assert.That(Same(right, left), Is.True);
    }

    [TestCase("1", "-1")]
    [TestCase("1", "10")]
    [TestCase("9007199254740993", "9007199254740992")]
    [TestCase("0.1", "0.1000000000000000055511151231257827")]
    [TestCase("1e1000000000", "1e1000000001")]
    [TestCase("1e100000000000000000000000000000", "1e-100000000000000000000000000000")]
    [TestCase("1e100000000000000000000000000000", "1e200000000000000000000000000000")]
    [TestCase("1e400", "2e400")]
    [TestCase("0", "1e-99999999999999999999999")]
    [TestCase("1001", "101")]
    public void Numbers_that_differ_are_not_equal(string left, string right)
    {
        Assert.That(Same(left, right), Is.False);
        Assert.That(Same(right, left), Is.False);
    }

    [Test]
    public void Agrees_with_exact_fractions([Range(1, 5)] int seed)
    {
        var random = new Random(seed);
        var equal = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var (left, right) = (Spelling(random), Spelling(random));
            var expected = Exact(left) == Exact(right);
            equal += expected ? 1 : 0;
            Assert.That(Same(left, right), Is.EqualTo(expected), $"seed {seed}: {left} against {right}");
        }

        Assert.That(equal, Is.GreaterThan(100));
    }

    private static bool Same(string left, string right) => JsonNumberText.SameValue(Encoding.ASCII.GetBytes(left), Encoding.ASCII.GetBytes(right));

    // Few digits and exponents, so that equal pairs are common.
    private static string Spelling(Random random)
    {
        var text = new StringBuilder(random.Next(4) == 0 ? "-" : string.Empty);
        text.Append(CultureInfo.InvariantCulture, $"{(random.Next(3) == 0 ? 0 : random.Next(1, 3) * (random.Next(2) == 0 ? 1 : 10))}");
        if (random.Next(2) == 0)
        {
            text.Append('.').Append(random.GetItems("012".AsSpan(), random.Next(1, 3)));
        }

        if (random.Next(2) == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"e{random.Next(-3, 4)}");
        }

        return text.ToString();
    }

    private static BigInteger Exact(string text)
    {
        var parts = text.Split('e');
        var fraction = parts[0].Contains('.', StringComparison.Ordinal) ? parts[0].Length - parts[0].IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        var exponent = (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0) - fraction;
        return BigInteger.Parse(parts[0].Replace(".", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture) * BigInteger.Pow(10, exponent + 20);
    }
}
