namespace Eden.Checkpoint.Benchmarks;

/// <summary>The tables of a database as files of a folder, a line a row, copied by psql: what moving the rows costs at least.</summary>
internal sealed class CopiedTables(string folder)
{
    // In the order of their references.
    private static readonly string[] s_tables = ["experiment", "task", "idea", "variant", "submission", "event", "worker", "worker_group", "group_membership"];

    /// <summary>Gets the names of the files.</summary>
    public static IEnumerable<string> Names => s_tables.Select(table => $"{table}.copy");

    public long CountRows() => s_tables.Sum(table => File.ReadLines(PathOf(table)).LongCount());

    public Task<Measurement> CopyOutAsync(BenchmarkDatabase database, CancellationToken cancellationToken)
        => PsqlAsync(database, s_tables.Select(table => $"\\copy {table} to '{PathOf(table)}'"), cancellationToken);

    /// <summary>Fills the empty tables, in one transaction.</summary>
    public Task<Measurement> CopyInAsync(BenchmarkDatabase database, CancellationToken cancellationToken)
        => PsqlAsync(database, ["BEGIN", .. s_tables.Select(table => $"\\copy {table} from '{PathOf(table)}'"), "COMMIT"], cancellationToken);

    private string PathOf(string table) => Path.Combine(folder, $"{table}.copy");

    /// <summary>Runs commands in one session, whose connection comes from libpq's variables.</summary>
    private static Task<Measurement> PsqlAsync(BenchmarkDatabase database, IEnumerable<string> commands, CancellationToken cancellationToken)
        => MeasuredProcess.RunAsync(
            "psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.Name, .. commands.SelectMany(command => (string[])["-c", command])], cancellationToken);
}
