using Eden.Checkpoint.Model;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>The statements that make schema version 9, as EDEN deployments have it. Names are unqualified: they land in the first schema of the search path.</summary>
internal static class SchemaText
{
    /// <summary>The schema version that this library reads and makes.</summary>
    public const int Version = 9;

    /// <summary>Makes every table, index and view, and the rows of <c>schema_version</c>.</summary>
    public const string Create = $$"""
        CREATE TABLE schema_version (
            version integer PRIMARY KEY
        );

        CREATE TABLE experiment (
            experiment_id text PRIMARY KEY,
            evaluation_schema text,
            dispatch_mode text NOT NULL DEFAULT '{{DispatchDefaults.Text}}',
            state text NOT NULL DEFAULT 'running',
            created_at text NOT NULL DEFAULT '1970-01-01T00:00:00Z',
            imported_from text,
            base_commit_sha text,
            name text
        );
        CREATE INDEX experiment_by_name ON experiment (name);

        CREATE TABLE task (
            task_id text PRIMARY KEY,
            kind text NOT NULL,
            state text NOT NULL,
            data text NOT NULL
        );
        CREATE INDEX task_by_kind_state ON task (kind, state);
        CREATE UNIQUE INDEX task_live_execution_by_idea ON task ((data::json -> 'payload' ->> 'idea_id'))
            WHERE kind = 'execution' AND state IN ('pending', 'claimed', 'submitted');
        CREATE UNIQUE INDEX task_live_evaluation_by_variant ON task ((data::json -> 'payload' ->> 'variant_id'))
            WHERE kind = 'evaluation' AND state IN ('pending', 'claimed', 'submitted');

        CREATE TABLE submission (
            task_id text PRIMARY KEY REFERENCES task (task_id),
            kind text NOT NULL,
            data text NOT NULL
        );

        CREATE TABLE idea (
            idea_id text PRIMARY KEY,
            state text NOT NULL,
            data text NOT NULL
        );
        CREATE INDEX idea_by_state ON idea (state);

        CREATE TABLE variant (
            variant_id text PRIMARY KEY,
            status text NOT NULL,
            data text NOT NULL
        );
        CREATE INDEX variant_by_status ON variant (status);

        CREATE TABLE event (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            event_id text NOT NULL UNIQUE,
            type text NOT NULL,
            occurred_at text NOT NULL,
            experiment_id text NOT NULL,
            data text NOT NULL
        );

        CREATE TABLE worker (
            worker_id text PRIMARY KEY,
            data text NOT NULL,
            credential_hash text NOT NULL,
            name text
        );
        CREATE INDEX worker_by_name ON worker (name);

        CREATE TABLE worker_group (
            group_id text PRIMARY KEY,
            data text NOT NULL,
            name text
        );
        CREATE INDEX worker_group_by_name ON worker_group (name);

        CREATE TABLE group_membership (
            group_id text NOT NULL REFERENCES worker_group (group_id) ON DELETE CASCADE,
            member_id text NOT NULL,
            "position" integer NOT NULL,
            PRIMARY KEY (group_id, member_id)
        );
        CREATE INDEX group_membership_by_member ON group_membership (member_id);

        CREATE TABLE artifact (
            opaque_id text PRIMARY KEY,
            data text NOT NULL
        );

        CREATE VIEW variant_unpacked AS
        SELECT variant_id,
            status,
            data::jsonb ->> 'experiment_id' AS experiment_id,
            data::jsonb ->> 'kind' AS kind,
            data::jsonb ->> 'idea_id' AS idea_id,
            data::jsonb ->> 'branch' AS branch,
            data::jsonb ->> 'commit_sha' AS commit_sha,
            data::jsonb ->> 'variant_commit_sha' AS variant_commit_sha,
            data::jsonb -> 'parent_commits' AS parent_commits,
            data::jsonb ->> 'artifacts_uri' AS artifacts_uri,
            data::jsonb ->> 'executor_artifacts_uri' AS executor_artifacts_uri,
            data::jsonb ->> 'description' AS description,
            data::jsonb ->> 'executed_by' AS executed_by,
            data::jsonb ->> 'evaluated_by' AS evaluated_by,
            data::jsonb ->> 'started_at' AS started_at,
            data::jsonb ->> 'completed_at' AS completed_at,
            data::jsonb -> 'evaluation' AS evaluation
        FROM variant;

        INSERT INTO schema_version (version) SELECT generate_series(1, 9);
        """;
}
