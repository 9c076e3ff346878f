using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The file <c>packed-refs</c> of a repository.</summary>
internal static class PackedRefs
{
    private const string Head = "# pack-refs with: peeled fully-peeled sorted \n";

    /// <summary>Writes branches, whose commits are named by fast-import's marks.</summary>
    public static void Write(string repository, IReadOnlyList<(string Ref, int Mark)> branches, string marks)
    {
        var commits = new string[branches.Count + 1];
        foreach (var line in File.ReadLines(marks))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (int.Parse(line.AsSpan(1, space - 1), CultureInfo.InvariantCulture) is var mark && mark < commits.Length)
            {
                commits[mark] = line[(space + 1)..];
            }
        }

        using var file = new StreamWriter(PathOf(repository));
        file.Write(Head);
        foreach (var (name, mark) in branches.OrderBy(branch => branch.Ref, StringComparer.Ordinal))
        {
            file.Write($"{commits[mark]} {name}\n");
        }
    }

    /// <summary>Reads the refs; what a tag leads to is left out.</summary>
    public static IEnumerable<(string Ref, string ObjectId)> Read(string repository)
        => from line in File.ReadLines(PathOf(repository))
           where line[0] is not '#' and not '^'
           let space = line.IndexOf(' ', StringComparison.Ordinal)
           select (line[(space + 1)..], line[..space]);

    public static string PathOf(string repository) => Path.Combine(repository, "packed-refs");
}
