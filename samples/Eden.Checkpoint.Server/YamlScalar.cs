using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Eden.Checkpoint.Server;

/// <summary>Reads plain scalars as deployments' programs do: by YAML 1.1, and where that sees mere text by YAML 1.2.</summary>
internal static partial class YamlScalar
{
    public static bool IsNull(YamlScalarNode node) => node.Style == ScalarStyle.Plain && node.Value is null or "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Reads a truth value: <c>true</c>, <c>yes</c>, <c>on</c> and their opposites, in small letters, in capitals, or with one capital.</summary>
    public static bool? Flag(YamlScalarNode node) => node.Style != ScalarStyle.Plain ? null : node.Value switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    /// <summary>Reads a finite number: decimal, hexadecimal, octal, binary, or in parts of sixty as <c>1:30:00</c>.</summary>
    public static double? Number(YamlScalarNode node)
    {
        if (node.Style != ScalarStyle.Plain || node.Value is not { Length: > 0 } text)
        {
            return null;
        }

        var isNegative = text[0] == '-';
        var digits = text.TrimStart('+', '-').Replace("_", "", StringComparison.Ordinal);
        double? number = OtherBase().IsMatch(text) ? InBase(digits)
            : Sixties().IsMatch(text) ? digits.Split(':').Aggregate(0.0, static (total, part) => (total * 60) + double.Parse(part, CultureInfo.InvariantCulture))
            : Decimal().IsMatch(text) ? double.Parse(digits, CultureInfo.InvariantCulture)
            : null;
        return number is { } value && double.IsFinite(value) ? isNegative ? -value : value : null;
    }

    private static double InBase(string digits)
    {
        var (radix, from) = digits.Length > 1 ? char.ToLowerInvariant(digits[1]) switch { 'x' => (16, 2), 'b' => (2, 2), 'o' => (8, 2), _ => (8, 1) } : (8, 1);
        return digits[from..].Aggregate(0.0, (total, digit) => (total * radix) + Convert.ToInt32(digit.ToString(), 16));
    }

    [GeneratedRegex(@"^[-+]?0(?:b[01_]+|x[0-9a-fA-F_]+|o?[0-7_]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex OtherBase();

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Sixties();

    [GeneratedRegex(@"^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Decimal();
}
