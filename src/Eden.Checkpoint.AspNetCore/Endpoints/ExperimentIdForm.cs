using System.Buffers;

namespace Eden.Checkpoint.AspNetCore.Endpoints;

/// <summary>The form of an experiment's id (spec §3).</summary>
internal static class ExperimentIdForm
{
    private const string Prefix = "exp_";
    private const int Length = 30;
    private static readonly SearchValues<char> s_characters = SearchValues.Create("0123456789abcdefghjkmnpqrstvwxyz");

    public static bool Matches(string text)
        => text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && !text.AsSpan(Prefix.Length).ContainsAnyExcept(s_characters);
}
