using Eden.Checkpoint.Rows;

namespace Eden.Checkpoint.Postgres;

/// <summary>How one registry is read: plain statements that every engine with PostgreSQL's protocol knows.</summary>
/// <param name="Member">The archive member that the rows become.</param>
/// <param name="Sql">Selects <c>data</c> and the key; of submissions the key, the kind and <c>data</c>, in the order of the spliced record.</param>
/// <param name="IsSpliced">Whether the key and the kind go into the record, because <c>data</c> does not hold them.</param>
internal sealed record RegistryQuery(string Member, string Sql, bool IsSpliced = false)
{
    // By bytes, whatever the database's collation is: spec §1 wants one order for the same rows everywhere.
    private static readonly RegistryQuery[] s_all =
    [
        new(RegistryFiles.FileName(RegistryKind.Tasks), "SELECT data, task_id FROM task ORDER BY task_id COLLATE \"C\""),
        new(RegistryFiles.FileName(RegistryKind.Ideas), "SELECT data, idea_id FROM idea ORDER BY idea_id COLLATE \"C\""),
        new(RegistryFiles.FileName(RegistryKind.Variants), "SELECT data, variant_id FROM variant ORDER BY variant_id COLLATE \"C\""),
        new(RegistryFiles.FileName(RegistryKind.Submissions), "SELECT task_id, kind, data FROM submission ORDER BY task_id COLLATE \"C\"", IsSpliced: true),
        new(RegistryFiles.FileName(RegistryKind.Events), "SELECT data, event_id FROM event ORDER BY seq"),
        new(RegistryFiles.FileName(RegistryKind.Workers), "SELECT data, worker_id FROM worker ORDER BY worker_id COLLATE \"C\""),
        new(RegistryFiles.FileName(RegistryKind.Groups), "SELECT data, group_id FROM worker_group ORDER BY group_id COLLATE \"C\""),
    ];

    public static RegistryQuery Of(RegistryKind kind)
        => (uint)kind < (uint)s_all.Length ? s_all[(int)kind] : throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry.");
}
