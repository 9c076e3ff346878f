using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>Puts rows of the archive's shape into the tables of a store, the way a deployment would have written them.</summary>
internal static class PostgresRows
{
    /// <summary>What stands in <c>worker.credential_hash</c>: it must never be seen anywhere else.</summary>
    public const string CredentialHash = "argon2-secret-hash";

    public static async Task InsertExperimentAsync(NpgsqlDataSource dataSource, string experimentJson)
    {
        using var document = JsonDocument.Parse(experimentJson);
        var record = document.RootElement;
        await using var command = dataSource.CreateCommand(
            "INSERT INTO experiment (experiment_id, state, created_at, base_commit_sha, name, imported_from, dispatch_mode) VALUES ($1, $2, $3, $4, $5, $6, $7)");
        foreach (var name in (string[])["experiment_id", "state", "created_at", "base_commit_sha", "name"])
        {
            command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)Text(record, name) ?? DBNull.Value);
        }

        foreach (var name in (string[])["imported_from", "dispatch_mode"])
        {
            var value = record.TryGetProperty(name, out var json) && json.ValueKind == JsonValueKind.Object ? json.GetRawText() : null;
            command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)value ?? DBNull.Value);
        }

        await command.ExecuteNonQueryAsync();
    }

    public static async Task CopyAsync(NpgsqlDataSource dataSource, RegistryKind kind, IEnumerable<string> rows)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        var (target, columns) = kind switch
        {
            RegistryKind.Tasks => ("task (task_id, kind, state, data)", new[] { "task_id", "kind", "state" }),
            RegistryKind.Ideas => ("idea (idea_id, state, data)", ["idea_id", "state"]),
            RegistryKind.Variants => ("variant (variant_id, status, data)", ["variant_id", "status"]),
            RegistryKind.Submissions => ("submission (task_id, kind, data)", ["task_id", "kind"]),
            RegistryKind.Events => ("event (event_id, type, occurred_at, experiment_id, data)", ["event_id", "type", "occurred_at", "experiment_id"]),
            RegistryKind.Workers => ("worker (worker_id, name, credential_hash, data)", ["worker_id", "name", ""]),
            RegistryKind.Groups => ("worker_group (group_id, name, data)", ["group_id", "name"]),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

        var memberships = new List<(string Group, string Member, int Position)>();
        await using (var import = await connection.BeginBinaryImportAsync($"COPY {target} FROM STDIN BINARY"))
        {
            foreach (var row in rows)
            {
                using var document = JsonDocument.Parse(row);
                await import.StartRowAsync();
                foreach (var column in columns)
                {
                    if ((column.Length == 0 ? CredentialHash : Text(document.RootElement, column)) is { } value)
                    {
                        await import.WriteAsync(value, NpgsqlDbType.Text);
                    }
                    else
                    {
                        await import.WriteNullAsync();
                    }
                }

                await import.WriteAsync(kind == RegistryKind.Submissions ? WithoutKey(document.RootElement) : row, NpgsqlDbType.Text);
                if (kind == RegistryKind.Groups)
                {
                    memberships.AddRange(document.RootElement.GetProperty("members").EnumerateArray()
                        .Select((member, position) => (Text(document.RootElement, "group_id")!, member.GetString()!, position)));
                }
            }

            await import.CompleteAsync();
        }

        foreach (var (group, member, position) in memberships)
        {
            await using var command = new NpgsqlCommand("INSERT INTO group_membership VALUES ($1, $2, $3)", connection)
            {
                Parameters = { new() { Value = group }, new() { Value = member }, new() { Value = position } },
            };
            await command.ExecuteNonQueryAsync();
        }
    }

    private static string? Text(JsonElement record, string name)
        => record.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>The store keeps <c>task_id</c> and <c>kind</c> of a submission in columns only.</summary>
    private static string WithoutKey(JsonElement submission)
        => "{" + string.Join(',', submission.EnumerateObject()
            .Where(field => field.Name is not ("task_id" or "kind"))
            .Select(field => $"{JsonSerializer.Serialize(field.Name)}:{field.Value.GetRawText()}")) + "}";
}
