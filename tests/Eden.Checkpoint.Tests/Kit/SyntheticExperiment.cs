using System.Globalization;
using System.Text;
using Npgsql;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A valid experiment of N variants: its record, the rows of all seven registries, and the git repository that the rows name.</summary>
/// <remarks>From twelve variants on, it holds every record kind in every state. Deterministic by seed. Rows are compact JSON in the
/// order of spec §1, so a store that was loaded with them gives back the same bytes.</remarks>
internal sealed class SyntheticExperiment
{
    private readonly SyntheticRows _rows;

    private SyntheticExperiment(SyntheticRows rows, string? repositoryPath)
    {
        _rows = rows;
        RepositoryPath = repositoryPath;
    }

    public string ExperimentId => _rows.ExperimentId;

    /// <summary>Gets <c>experiment.json</c>, byte for byte what a snapshot renders.</summary>
    public string ExperimentJson => _rows.ExperimentJson;

    /// <summary>Gets the seed commit, the tip of <c>main</c>.</summary>
    public string BaseCommit => _rows.Lineage.BaseCommit;

    /// <summary>Gets the bare repository; <see langword="null"/> when the commit hashes are made up.</summary>
    public string? RepositoryPath { get; }

    /// <summary>Gets the lineage: commits and branch names by variant number.</summary>
    public SyntheticLineage Lineage => _rows.Lineage;

    /// <summary>Gets the rows of one registry, in the order of spec §1.</summary>
    public IReadOnlyList<string> this[RegistryKind kind] => _rows[kind];

    /// <summary>Makes rows and a bare repository.</summary>
    /// <param name="repositoryPath">Where to make the repository; an empty or missing directory.</param>
    public static async Task<SyntheticExperiment> CreateAsync(string repositoryPath, int variants = 24, int seed = 1, string objectFormat = "sha1")
    {
        var lineage = await SyntheticLineage.WithRepositoryAsync(repositoryPath, variants, seed, objectFormat);
        return new SyntheticExperiment(new SyntheticRows(lineage, seed), repositoryPath);
    }

    /// <summary>Makes rows only; the commit hashes are well-formed and name nothing.</summary>
    public static SyntheticExperiment WithoutRepository(int variants = 24, int seed = 1)
        => new(new SyntheticRows(SyntheticLineage.WithoutRepository(variants, seed), seed), null);

    /// <summary>Makes the schema when it is not there and puts everything into the database, in bulk.</summary>
    public async Task LoadAsync(NpgsqlDataSource dataSource)
    {
        await PostgresCheckpointSchema.EnsureCreatedAsync(dataSource);
        await PostgresRows.InsertExperimentAsync(dataSource, ExperimentJson);

        // In the enumeration's order, tasks come before the submissions that refer to them.
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            await PostgresRows.CopyAsync(dataSource, kind, this[kind]);
        }
    }

    /// <summary>Makes an in-memory store that holds everything.</summary>
    public InMemoryCheckpointStore ToInMemoryStore(TimeProvider? timeProvider = null)
    {
        var store = new InMemoryCheckpointStore(ExperimentJson, timeProvider);
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            foreach (var row in this[kind])
            {
                if (kind == RegistryKind.Events)
                {
                    store.Append(row);
                }
                else
                {
                    store.Put(kind, row);
                }
            }
        }

        return store;
    }

    /// <summary>Returns one registry as the bytes of its JSON Lines file.</summary>
    public byte[] JsonLines(RegistryKind kind)
    {
        var text = new StringBuilder();
        foreach (var row in this[kind])
        {
            text.Append(CultureInfo.InvariantCulture, $"{row}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
