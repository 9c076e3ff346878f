using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Which columns the rows of one registry fill.</summary>
/// <param name="Member">The archive member that the rows come from.</param>
/// <param name="Statement">The COPY statement; its columns are those of <paramref name="Fields"/>, then the hash for workers, then <c>data</c>.</param>
/// <param name="Fields">The fields of the record that have columns of their own; all are strings.</param>
/// <param name="LeavesOut">How many of the first fields <c>data</c> does not repeat.</param>
internal sealed record CopyLayout(string Member, string Statement, byte[][] Fields, int LeavesOut = 0)
{
    private static readonly CopyLayout[] s_all =
    [
        Of(RegistryKind.Tasks, "task (task_id, kind, state, data)", "task_id", "kind", "state"),
        Of(RegistryKind.Ideas, "idea (idea_id, state, data)", "idea_id", "state"),
        Of(RegistryKind.Variants, "variant (variant_id, status, data)", "variant_id", "status"),
        Of(RegistryKind.Submissions, "submission (task_id, kind, data)", "task_id", "kind") with { LeavesOut = 2 },
        Of(RegistryKind.Events, "event (event_id, type, occurred_at, experiment_id, data)", "event_id", "type", "occurred_at", "experiment_id"),
        Of(RegistryKind.Workers, "worker (worker_id, name, credential_hash, data)", "worker_id", "name"),
        Of(RegistryKind.Groups, "worker_group (group_id, name, data)", "group_id", "name"),
    ];

    /// <summary>Gets a value indicating whether the rows are events.</summary>
    public bool IsEvents => Member == RegistryFiles.FileName(RegistryKind.Events);

    public static CopyLayout For(RegistryKind kind)
        => (uint)kind < (uint)s_all.Length ? s_all[(int)kind] : throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such registry.");

    private static CopyLayout Of(RegistryKind kind, string target, params string[] fields)
        => new(RegistryFiles.FileName(kind), $"COPY {target} FROM STDIN (FORMAT BINARY)", [.. fields.Select(System.Text.Encoding.UTF8.GetBytes)]);
}
