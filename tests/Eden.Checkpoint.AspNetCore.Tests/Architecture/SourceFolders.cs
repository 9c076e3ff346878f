using System.Text.RegularExpressions;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Architecture;

/// <summary>Where the source of each type lies: its folder below <c>src</c>.</summary>
internal static partial class SourceFolders
{
    private static readonly string[] s_projects = ["Eden.Git", "Eden.Checkpoint", "Eden.Checkpoint.AspNetCore", "Shared"];

    /// <summary>Gets the source files, as paths below <c>src</c>.</summary>
    internal static IReadOnlyList<string> Files { get; } = [.. s_projects.SelectMany(FilesOf).Order(StringComparer.Ordinal)];

    /// <summary>Maps the full name of each top-level type, as metadata spells it, to its folder.</summary>
    internal static IReadOnlyDictionary<string, string> OfTypes()
    {
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Files)
        {
            var text = File.ReadAllText(Path.Combine(SourceTree.Root, "src", file));
            var space = NamespaceLine().Match(text).Groups[1].Value;
            foreach (Match declaration in Declaration().Matches(text))
            {
                var parameters = declaration.Groups["parameters"].Value;
                var arity = parameters.Length == 0 ? "" : $"`{parameters.Count(letter => letter == ',') + 1}";
                folders[$"{space}.{declaration.Groups["name"].Value}{arity}"] = FolderOf(file);
            }
        }

        return folders;
    }

    /// <summary>Returns the names of the types that a file declares at its top level, each once.</summary>
    internal static IReadOnlyList<string> TypesIn(string file)
        => [.. Declaration().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "src", file))).Select(match => match.Groups["name"].Value).Distinct()];

    internal static string FolderOf(string file) => Path.GetDirectoryName(file)!.Replace('\\', '/');

    private static IEnumerable<string> FilesOf(string project)
    {
        var source = Path.Combine(SourceTree.Root, "src");
        return Directory.EnumerateFiles(Path.Combine(source, project), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(source, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(
        @"^(?:public |internal |file |sealed |static |abstract |readonly |partial |unsafe |ref )*(?:record struct|record class|class|struct|interface|enum|record|delegate [\w<>?,. \[\]]+?) (?<name>\w+)(?:<(?<parameters>[^>{(]*)>)?",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
