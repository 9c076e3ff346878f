using System.Text;
using System.Text.RegularExpressions;
using Eden.Checkpoint.Format.Rows.Grammar;

namespace Eden.Checkpoint.Tests.Format.Rows;

[TestFixture]
public class RecordGrammarTests
{
    [TestCase("2026-05-01T00:00:00Z", true)]
    [TestCase("2024-02-29T23:59:59.123456789123Z", true)]
    [TestCase("0001-01-01T00:00:00.0Z", true)]
    [TestCase("9999-12-31T23:59:59Z", true)]
    [TestCase("0000-01-01T00:00:00Z", false)]
    [TestCase("2026-02-29T00:00:00Z", false)]
    [TestCase("1900-02-29T00:00:00Z", false)]
    [TestCase("2026-13-01T00:00:00Z", false)]
    [TestCase("2026-00-01T00:00:00Z", false)]
    [TestCase("2026-04-31T00:00:00Z", false)]
    [TestCase("2026-01-00T00:00:00Z", false)]
    [TestCase("2026-01-01T24:00:00Z", false)]
    [TestCase("2026-01-01T00:60:00Z", false)]
    [TestCase("2026-01-01T23:59:60Z", false)]
    [TestCase("2026-01-01T00:00:00.Z", false)]
    [TestCase("2026-01-01T00:00:00,5Z", false)]
    [TestCase("2026-01-01T00:00:00.5", false)]
    [TestCase("2026-01-01T00:00:00z", false)]
    [TestCase("2026-01-01t00:00:00Z", false)]
    [TestCase("2026-01-01 00:00:00Z", false)]
    [TestCase("2026-01-01T00:00:00+00:00", false)]
    [TestCase("26-01-01T00:00:00Z", false)]
    [TestCase("２026-01-01T00:00:00Z", false)]
    [TestCase("", false)]
    [TestCase("Z", false)]
    public void A_timestamp_is_a_real_utc_moment(string text, bool valid)
        => Assert.That(RecordGrammar.IsTimestamp(Encoding.UTF8.GetBytes(text)), Is.EqualTo(valid));

    [TestCase("exp_t7msxedqpbwngz141c103qjfg4", true)]
    [TestCase("exp_T7msxedqpbwngz141c103qjfg4", false)]
    [TestCase("exp_i7msxedqpbwngz141c103qjfg4", false)]
    [TestCase("exp_l7msxedqpbwngz141c103qjfg4", false)]
    [TestCase("exp_o7msxedqpbwngz141c103qjfg4", false)]
    [TestCase("exp_u7msxedqpbwngz141c103qjfg4", false)]
    [TestCase("exp_t7msxedqpbwngz141c103qjfg", false)]
    [TestCase("exp_t7msxedqpbwngz141c103qjfg44", false)]
    [TestCase("wkr_t7msxedqpbwngz141c103qjfg4", false)]
    [TestCase("", false)]
    public void An_opaque_id_has_26_crockford_digits(string text, bool valid)
        => Assert.That((RecordGrammar.IsExperimentId(Encoding.UTF8.GetBytes(text)), OpaqueId.IsExperimentId(text)), Is.EqualTo((valid, valid)));

    [TestCase("eden://artifacts/a0", true)]
    [TestCase("file:///tmp/x", true)]
    [TestCase("urn:isbn:0451450523", true)]
    [TestCase("checkpoint:sha256:00", true)]
    [TestCase("a:", true)]
    [TestCase("http://user:pw@host:80/p;x=1?q=/?#f/?", true)]
    [TestCase("http://[::1]:8080/", true)]
    [TestCase("http://[v1.a:b]/", true)]
    [TestCase("s3://bucket/%E2%82%AC", true)]
    [TestCase("http://[::1", false)]
    [TestCase("http://[fe80::1%25eth0]/", false)]
    [TestCase("http://[1.2.3.4]/", false)]
    [TestCase("http://host:8a/", false)]
    [TestCase("http://a[b]/", false)]
    [TestCase("eden://a/%zz", false)]
    [TestCase("eden://a/%4", false)]
    [TestCase("eden://a b", false)]
    [TestCase("eden://a/ü", false)]
    [TestCase("eden://a\\b", false)]
    [TestCase("a:#b#c", false)]
    [TestCase("1a:b", false)]
    [TestCase(":b", false)]
    [TestCase("/a/b", false)]
    [TestCase("ab", false)]
    [TestCase("", false)]
    [TestCase("a:<b>", false)]
    [TestCase("a:b\n", false)]
    public void A_uri_is_spelt_as_rfc_3986_has_it(string text, bool valid)
        => Assert.That(UriGrammar.IsUri(Encoding.UTF8.GetBytes(text)), Is.EqualTo(valid));

    [Test]
    public void It_agrees_with_the_rules_of_rfc_3986_put_together_as_one_expression([Range(1, 4)] int seed)
    {
        // Appendix A of the RFC, rule by rule.
        const string Unreserved = "[A-Za-z0-9._~-]", Percent = "%[0-9A-Fa-f]{2}", Sub = "[!$&'()*+,;=]";
        const string Char = $"(?:{Unreserved}|{Percent}|{Sub}|[:@])";
        const string H16 = "[0-9A-Fa-f]{1,4}", Octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9][0-9]|[0-9])";
        const string V4 = $@"{Octet}\.{Octet}\.{Octet}\.{Octet}", Last32 = $"(?:{H16}:{H16}|{V4})";
        const string V6 = $"(?:(?:{H16}:){{6}}{Last32}|::(?:{H16}:){{5}}{Last32}|(?:{H16})?::(?:{H16}:){{4}}{Last32}"
            + $"|(?:(?:{H16}:){{0,1}}{H16})?::(?:{H16}:){{3}}{Last32}|(?:(?:{H16}:){{0,2}}{H16})?::(?:{H16}:){{2}}{Last32}"
            + $"|(?:(?:{H16}:){{0,3}}{H16})?::{H16}:{Last32}|(?:(?:{H16}:){{0,4}}{H16})?::{Last32}"
            + $"|(?:(?:{H16}:){{0,5}}{H16})?::{H16}|(?:(?:{H16}:){{0,6}}{H16})?::)";
        const string Future = $@"[vV][0-9A-Fa-f]+\.(?:{Unreserved}|{Sub}|:)+";
        const string Host = $@"(?:\[(?:{V6}|{Future})\]|(?:{Unreserved}|{Percent}|{Sub})*)";
        const string Authority = $"(?:(?:{Unreserved}|{Percent}|{Sub}|:)*@)?{Host}(?::[0-9]*)?";
        const string Path = $"(?://{Authority}(?:/{Char}*)*|/(?:{Char}+(?:/{Char}*)*)?|{Char}+(?:/{Char}*)*|)";
        var rule = new Regex($@"\A[A-Za-z][A-Za-z0-9+.-]*:{Path}(?:\?(?:{Char}|[/?])*)?(?:#(?:{Char}|[/?])*)?\z", RegexOptions.CultureInvariant);

        string[] parts =
        [
            "a", "z9", "s3", ":", "::", "/", "//", "?", "#", "@", "[", "]", "[::1]", "[v1.x]", "v", ".", "1", "01", "255", "256", "1.2.3.4", "1.2.3.04", "ffff", "00001", "g", "%", "%41", "%4g",
            "-", "+", "~", "_", "!", "'", "=", " ", "\\", "^", "|", "{", "\"", "é", "\0", "\n",
        ];
        var random = new Random(seed);
        var (right, wrong) = (0, 0);
        for (var round = 0; round < 100_000; round++)
        {
            var text = (round % 3) switch
            {
                // Anything; an address; a URI with one part that may not fit.
                0 => string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => parts[random.Next(parts.Length)])),
                1 => $"a://[{string.Join(random.Next(20) == 0 ? "." : ":", Enumerable.Range(0, random.Next(1, 10)).Select(_ => random.Next(9) switch { < 5 => "ab", < 7 => "", 7 => parts[random.Next(15, 25)], _ => "1.2.3.4" }))}]",
                _ => $"s3://u:p@h%20:80/x/y;1?q=/?#f/".Insert(random.Next(1, 30), parts[random.Next(parts.Length)]),
            };
            var expected = rule.IsMatch(text);
            _ = expected ? right++ : wrong++;
            if (UriGrammar.IsUri(Encoding.UTF8.GetBytes(text)) != expected)
            {
                Assert.Fail($"seed {seed}: `{text}` should be {expected}");
            }
        }

        Assert.That(Math.Min(right, wrong), Is.GreaterThan(5000), "both sides were seen");
    }

    [TestCase("11", 11)]
    [TestCase("11.0", 11)]
    [TestCase("0", 0)]
    [TestCase("-0.000", 0)]
    [TestCase("0e999999999999", 0)]
    [TestCase("1e3", 1000)]
    [TestCase("1.5e1", 15)]
    [TestCase("1500e-2", 15)]
    [TestCase("-7", -7)]
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("-9223372036854775808", long.MinValue)]
    public void An_integer_may_be_written_in_many_ways(string text, long expected)
    {
        Assert.That(RecordGrammar.TryReadInteger(Encoding.UTF8.GetBytes(text), out var value), Is.True);
        Assert.That(value, Is.EqualTo(expected));
    }

    [TestCase("11.5")]
    [TestCase("1e-1")]
    [TestCase("15e-2")]
    [TestCase("9223372036854775808")]
    [TestCase("-9223372036854775809")]
    [TestCase("1e19")]
    [TestCase("1e999999999999")]
    public void A_fraction_or_a_monster_is_no_integer(string text)
        => Assert.That(RecordGrammar.TryReadInteger(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [TestCase("a")]
    [TestCase("Réviewers 漢字 🚀")]
    [TestCase("a\u200Db")]
    public void A_display_name_may_be_any_normal_text(string name)
        => Assert.That(DisplayName.Complaint(Encoding.UTF8.GetBytes(name)), Is.Null);

    [TestCase("", "empty")]
    [TestCase(" a", "white space")]
    [TestCase("a\u00A0", "white space")]
    [TestCase("\u3000a", "white space")]
    [TestCase("a\tb", "U+0009")]
    [TestCase("a\u0000", "U+0000")]
    [TestCase("a\uE000", "U+E000")]
    [TestCase("a\u0378", "U+0378")]
    [TestCase("e\u0301", "normalization form C")]
    [TestCase("a\u0301\u0323", "normalization form C")]
    [TestCase("\u212B", "normalization form C")]
    [TestCase("\u1100\u1161", "normalization form C")]
    public void A_display_name_is_refused_with_the_reason(string name, string reason)
        => Assert.That(DisplayName.Complaint(Encoding.UTF8.GetBytes(name)), Does.Contain(reason));

    [Test]
    public void A_display_name_has_at_most_128_code_points_however_many_bytes()
    {
        var longest = string.Concat(Enumerable.Repeat("🚀", 128));
        Assert.Multiple(() =>
        {
            Assert.That(DisplayName.Complaint(Encoding.UTF8.GetBytes(longest)), Is.Null);
            Assert.That(DisplayName.Complaint(Encoding.UTF8.GetBytes(longest + "a")), Does.Contain("128"));
            Assert.That(DisplayName.Complaint(Encoding.UTF8.GetBytes(new string('a', 129))), Does.Contain("128"));
        });
    }
}
