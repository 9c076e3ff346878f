using Eden.Checkpoint.Model;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>How one registry is read: plain statements that every engine with PostgreSQL's protocol knows.</summary>
/// <param name="Member">The archive member that the rows become.</param>
/// <param name="Select">Selects <c>data</c> and the key; of submissions the key, the kind and <c>data</c>, in the order of the spliced record.</param>
/// <param name="Key">The key, by whose bytes the rows are ordered; <see langword="null"/> for the order in which they were appended.</param>
/// <param name="IsSpliced">Whether the key and the kind go into the record, because <c>data</c> does not hold them.</param>
internal sealed record RegistryQuery(string Member, string Select, string? Key, bool IsSpliced = false)
{
    private static readonly RegistryQuery[] s_all =
    [
        new(RegistryFiles.FileName(RegistryKind.Tasks), "SELECT data, task_id FROM task", "task_id"),
        new(RegistryFiles.FileName(RegistryKind.Ideas), "SELECT data, idea_id FROM idea", "idea_id"),
        new(RegistryFiles.FileName(RegistryKind.Variants), "SELECT data, variant_id FROM variant", "variant_id"),
        new(RegistryFiles.FileName(RegistryKind.Submissions), "SELECT task_id, kind, data FROM submission", "task_id", IsSpliced: true),
        new(RegistryFiles.FileName(RegistryKind.Events), "SELECT data, event_id FROM event", null),
        new(RegistryFiles.FileName(RegistryKind.Workers), "SELECT data, worker_id FROM worker", "worker_id"),
        new(RegistryFiles.FileName(RegistryKind.Groups), "SELECT data, group_id FROM worker_group", "group_id"),
    ];

    public static RegistryQuery Of(RegistryKind kind)
        => (uint)kind < (uint)s_all.Length ? s_all[(int)kind] : throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry.");

    /// <summary>Makes the command. The order is by the bytes of UTF-8, whatever the database's collation and encoding are: spec §1 wants one order
    /// for the same rows everywhere.</summary>
    public NpgsqlCommand ToCommand(NpgsqlConnection connection)
    {
        var order = Key is null ? "seq" : SessionSettings.OrdersOtherwise(connection) ? $"convert_to({Key}, 'UTF8')" : $"{Key} COLLATE \"C\"";
        return StoreStatement.Of($"{Select} ORDER BY {order}", connection);
    }
}
