using System.Reflection;
using System.Runtime.CompilerServices;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.AspNetCore.Tests.Architecture;

/// <summary>Holds the plan of the source: which folder may name the types of which other. The table is the plan; the README shows the same picture.</summary>
[TestFixture]
public class LayeringTests
{
    private const int MostFiles = 39;
    private const string Shared = "Shared";

    // Who may name what, from the bottom to the top. Beside these everybody may name the files of Shared, which are compiled into both libraries; a folder without a row
    // may name nothing.
    private static readonly Dictionary<string, string[]> s_plan = Plan(
    [
        // The git engine: knows nothing of checkpoints.
        ("Eden.Git", "Model", []),
        ("Eden.Git", "Diagnostics", []),
        ("Eden.Git", "Objects", ["Model"]),
        ("Eden.Git", "Inflation", []),
        ("Eden.Git", "Packs", ["Model", "Objects", "Inflation"]),
        ("Eden.Git", "Repositories", ["Model", "Objects", "Inflation", "Packs"]),
        ("Eden.Git", "Bundles", ["Model", "Objects", "Packs", "Repositories"]),
        ("Eden.Git", "Remotes", ["Model", "Objects", "Diagnostics"]),
        ("Eden.Git", "Fetching", ["Model", "Objects", "Packs", "Repositories", "Bundles", "Remotes"]),
        ("Eden.Git", "Sync", ["Model", "Objects", "Repositories", "Bundles", "Remotes", "Fetching", "Diagnostics"]),

        // The words that everything is said in.
        ("Eden.Checkpoint", "Model", ["Eden.Git/Model"]),
        ("Eden.Checkpoint", "Diagnostics", ["Model"]),

        // The format.
        ("Eden.Checkpoint", "Format/Archive", ["Model", "Diagnostics"]),
        ("Eden.Checkpoint", "Format/Rows/Json", ["Model", "Diagnostics"]),
        ("Eden.Checkpoint", "Format/Rows/Grammar", ["Model", "Format/Rows/Json"]),
        ("Eden.Checkpoint", "Format/Rows/Keys", ["Model", "Format/Rows/Json", "Format/Rows/Grammar"]),
        ("Eden.Checkpoint", "Format/Rows/Fields", ["Model", "Format/Rows/Json", "Format/Rows/Grammar", "Format/Rows/Keys"]),
        ("Eden.Checkpoint", "Format/Rows/Records", ["Model", "Format/Rows/Json", "Format/Rows/Grammar", "Format/Rows/Keys", "Format/Rows/Fields"]),
        ("Eden.Checkpoint", "Format/Rows", ["Model", "Format/Rows/Json", "Format/Rows/Grammar", "Format/Rows/Keys", "Format/Rows/Fields", "Format/Rows/Records"]),
        ("Eden.Checkpoint", "Format/Manifest", ["Model", "Format/Archive", "Format/Rows/Json", "Format/Rows/Grammar", "Format/Rows/Fields"]),

        // The ports: what a host replaces, and what the library has for it.
        ("Eden.Checkpoint", "Stores", ["Model", "Format/Manifest"]),
        ("Eden.Checkpoint", "Stores/InMemory", ["Model", "Format", "Stores"]),
        ("Eden.Checkpoint", "Stores/Postgres", ["Model", "Diagnostics", "Format", "Stores", "Credentials"]),
        ("Eden.Checkpoint", "Credentials", ["Model", "Diagnostics"]),
        ("Eden.Checkpoint", "Artifacts", ["Model", "Diagnostics", "Format"]),
        ("Eden.Checkpoint", "Repositories", ["Model", "Diagnostics", "Format", "Eden.Git"]),
        ("Eden.Checkpoint", "References", ["Model", "Diagnostics", "Format", "Repositories", "Eden.Git"]),

        // The features.
        ("Eden.Checkpoint", "Export", ["Model", "Diagnostics", "Format", "Stores", "Artifacts", "Repositories", "References", "Eden.Git/Model"]),
        ("Eden.Checkpoint", "Verification", ["Model", "Diagnostics", "Format", "Artifacts", "Repositories", "References", "Eden.Git/Model"]),
        ("Eden.Checkpoint", "Import", ["Model", "Diagnostics", "Format", "Stores", "Credentials", "Artifacts", "Repositories", "References", "Verification", "Eden.Git"]),
        ("Eden.Checkpoint", "Comparison", ["Model", "Diagnostics", "Format", "Stores", "Artifacts", "Repositories", "References", "Verification", "Eden.Git"]),
        ("Eden.Checkpoint", "Scheduling", ["Model", "Diagnostics", "Stores", "Export"]),
        ("Eden.Checkpoint", "Registration", ["Model", "Format/Manifest", "Stores", "Credentials", "Artifacts", "Repositories", "References", "Export", "Verification", "Import", "Comparison", "Scheduling", "Eden.Git"]),

        // The endpoints.
        ("Eden.Checkpoint.AspNetCore", "Options", ["Eden.Checkpoint"]),
        ("Eden.Checkpoint.AspNetCore", "Diagnostics", ["Options"]),
        ("Eden.Checkpoint.AspNetCore", "Results", ["Eden.Checkpoint"]),
        ("Eden.Checkpoint.AspNetCore", "Hosting", ["Options", "Results", "Diagnostics", "Eden.Checkpoint"]),
        ("Eden.Checkpoint.AspNetCore", "Authorization", ["Options", "Results", "Diagnostics", "Hosting", "Eden.Checkpoint"]),
        ("Eden.Checkpoint.AspNetCore", "Endpoints", ["Options", "Results", "Diagnostics", "Hosting", "Authorization", "Eden.Checkpoint", "Eden.Git"]),
        ("Eden.Checkpoint.AspNetCore", "Wiring", ["Options", "Results", "Diagnostics", "Hosting", "Authorization", "Endpoints", "Eden.Checkpoint"]),
    ]);

    private static readonly Lazy<IReadOnlyList<Arrow>> s_arrows = new(FindArrows);

    [Test]
    public void Every_reference_between_folders_is_in_the_plan()
    {
        Assert.That(s_arrows.Value, Has.Count.GreaterThan(100), "the assemblies were read");
        Assert.That(
            s_arrows.Value.Where(arrow => !MayName(arrow.From, arrow.To)).Select(arrow => $"{arrow.From} -> {arrow.To}: {arrow.Example}"), Is.Empty);
    }

    [Test]
    public void The_plan_has_no_circle()
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        for (var found = true; found;)
        {
            found = false;
            foreach (var (folder, others) in s_plan.Where(row => !done.Contains(row.Key)))
            {
                if (s_plan.Keys.Where(other => other != folder && MayName(folder, other)).All(done.Contains))
                {
                    found = done.Add(folder);
                }
            }
        }

        Assert.That(s_plan.Keys.Except(done), Is.Empty);
    }

    [Test]
    public void Npgsql_is_named_by_the_PostgreSQL_stores_alone_and_LibGit2Sharp_by_the_sync_alone()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FoldersThatName("Npgsql."), Is.EquivalentTo(new[] { "Eden.Checkpoint/Stores/Postgres" }));
            Assert.That(FoldersThatName("LibGit2Sharp."), Is.EquivalentTo(new[] { "Eden.Git/Sync" }));
        }
    }

    [Test]
    public void Every_folder_is_in_the_plan_and_small_and_no_file_is_in_a_root()
    {
        var folders = SourceFolders.Files.CountBy(SourceFolders.FolderOf).ToDictionary();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(folders.Keys.Where(folder => folder != Shared), Is.EquivalentTo(s_plan.Keys));
            Assert.That(folders.Where(folder => folder.Value > MostFiles), Is.Empty);
        }
    }

    [Test]
    public void Every_file_declares_one_type_and_bears_its_name()
        => Assert.That(SourceFolders.Files.Where(file => SourceFolders.TypesIn(file) is not [var type] || type != Path.GetFileName(file).Split('.')[0]), Is.Empty);

    [Test]
    public void No_product_assembly_shows_its_internals_to_another()
    {
        var friends = Assemblies().SelectMany(assembly => Assembly.LoadFrom(assembly).GetCustomAttributes<InternalsVisibleToAttribute>());

        Assert.That(friends.Select(friend => friend.AssemblyName), Has.All.EndsWith(".Tests").Or.EndsWith(".Benchmarks"));
    }

    [Test]
    public void The_README_shows_every_folder_of_the_plan()
    {
        var readme = File.ReadAllText(Path.Combine(SourceTree.Root, "README.md"));

        Assert.That(s_plan.Keys.Select(folder => $"`{folder.Split('/')[^1]}`").Where(name => !readme.Contains(name, StringComparison.Ordinal)), Is.Empty);
    }

    private static Dictionary<string, string[]> Plan((string Project, string Folder, string[] MayName)[] rows)
        => rows.ToDictionary(
            row => $"{row.Project}/{row.Folder}",
            row => row.MayName.Select(name => name.StartsWith("Eden.", StringComparison.Ordinal) ? name : $"{row.Project}/{name}").ToArray(),
            StringComparer.Ordinal);

    // What is no folder of source itself, as Format, stands for every folder below it.
    private static bool MayName(string from, string to)
        => to == Shared || (s_plan.TryGetValue(from, out var others) && others.Any(other => to == other || (!s_plan.ContainsKey(other) && to.StartsWith(other + "/", StringComparison.Ordinal))));

    private static string[] FoldersThatName(string prefix)
    {
        var folders = SourceFolders.OfTypes();
        return [.. References().Where(type => type.Value.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Select(type => folders.GetValueOrDefault(type.Key))
            .OfType<string>()
            .Distinct()];
    }

    private static List<Arrow> FindArrows()
    {
        var folders = SourceFolders.OfTypes();
        return [.. from type in References()
            let @from = folders.GetValueOrDefault(type.Key)
            where @from is not null
            from named in type.Value
            let to = folders.GetValueOrDefault(named)
            where to is not null && to != @from
            group $"{type.Key} names {named}" by (@from, to) into arrow
            select new Arrow(arrow.Key.@from, arrow.Key.to, arrow.First())];
    }

    // The shared files are in two assemblies.
    private static IEnumerable<KeyValuePair<string, HashSet<string>>> References() => Assemblies().SelectMany(TypeReferences.Read);

    private static string[] Assemblies()
        => [.. new[] { "Eden.Git", "Eden.Checkpoint", "Eden.Checkpoint.AspNetCore" }.Select(name => Path.Combine(AppContext.BaseDirectory, name + ".dll"))];

    private sealed record Arrow(string From, string To, string Example);
}
