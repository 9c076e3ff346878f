using System.Globalization;
using System.Text.RegularExpressions;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>How ideas, variants and their refs are called, by the variant's number.</summary>
internal static partial class VariantNames
{
    public static string Idea(int variant) => Key("idea", variant);

    public static string Variant(int variant) => Key("variant", variant);

    public static string Key(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{number:D7}");

    /// <summary>Names the branch that a worker pushes.</summary>
    public static string Work(int variant) => string.Create(CultureInfo.InvariantCulture, $"work/idea-{variant}-v{variant}");

    /// <summary>Names the branch of an integrated variant as EDEN does, by its id and a slug.</summary>
    public static string Integrated(int variant) => string.Create(CultureInfo.InvariantCulture, $"variant/{Variant(variant)}-idea-{variant}");

    /// <summary>Names the branch of an integrated variant in short.</summary>
    public static string ShortIntegrated(int variant) => string.Create(CultureInfo.InvariantCulture, $"variant/v{variant}-slug");

    public static string Tag(int variant) => string.Create(CultureInfo.InvariantCulture, $"mark-{variant}");

    /// <summary>Reads which variant a ref came with; <see langword="null"/> for <c>main</c>.</summary>
    public static int? NumberOf(string refName)
        => Numbered().Match(refName) is { Success: true } match ? int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("^refs/(?:heads/work/idea-(?<number>[0-9]+)-|heads/variant/v(?:ariant-)?(?<number>[0-9]+)-|tags/mark-(?<number>[0-9]+)$)")]
    private static partial Regex Numbered();
}
