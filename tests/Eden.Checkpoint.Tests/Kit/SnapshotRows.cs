using System.Text;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Reads the rows of a snapshot into strings, for comparing.</summary>
internal static class SnapshotRows
{
    public static async Task<List<string>> ListAsync(this IStoreSnapshot snapshot, RegistryKind kind, CancellationToken cancellationToken = default)
    {
        var rows = new List<string>();
        await foreach (var row in snapshot.ReadRowsAsync(kind, cancellationToken))
        {
            rows.Add(Encoding.UTF8.GetString(row.Span));
        }

        return rows;
    }

    public static string ExperimentText(this IStoreSnapshot snapshot) => Encoding.UTF8.GetString(snapshot.Experiment.Span);
}
