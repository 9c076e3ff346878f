namespace Eden.Checkpoint.Tests.Kit;

/// <summary>The archives in <c>TestData</c>, which somebody else made or which went wrong once. Its README says how each came to be.</summary>
internal static class StoredArchives
{
    private static readonly string s_folder = Path.Combine(SourceTree.Root, "tests", "Eden.Checkpoint.Tests", "TestData");

    /// <summary>Gets the archives that a verifier refuses, with a part of what it says; it takes all others.</summary>
    public static IReadOnlyDictionary<string, (CheckpointRule Rule, string Message)> Refused { get; } = new Dictionary<string, (CheckpointRule, string)>(StringComparer.Ordinal)
    {
        ["delta-bomb.tar"] = (CheckpointRule.Limit, "the limit is SmallBundleInflatedBytes"),
        ["padded-size.tar"] = (CheckpointRule.Bundle, "the entry's header is malformed"),
    };

    /// <summary>Gets the names of the archives that a verifier takes.</summary>
    public static IEnumerable<string> Accepted
        => Directory.GetFiles(s_folder, "*.tar").Select(path => Path.GetFileName(path)).Where(name => !Refused.ContainsKey(name)).Order(StringComparer.Ordinal);

    public static string PathOf(string name) => Path.Combine(s_folder, name);
}
