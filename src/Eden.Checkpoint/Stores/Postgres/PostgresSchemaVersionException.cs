using Eden.Checkpoint.Stores.Postgres;

namespace Eden.Checkpoint;

/// <summary>The database holds an EDEN schema of a version that this library does not read.</summary>
public sealed class PostgresSchemaVersionException : CheckpointException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="found">The version found; <see langword="null"/> when <c>schema_version</c> has no rows.</param>
    public PostgresSchemaVersionException(int? found)
        : base(CheckpointProblem.Internal, found is { } version
            ? $"The store's schema is version {version}; this library reads version {SchemaText.Version}."
            : $"The store's table schema_version has no rows; this library reads version {SchemaText.Version}.")
        => Found = found;

    /// <summary>Gets the version found; <see langword="null"/> when <c>schema_version</c> has no rows.</summary>
    public int? Found { get; }
}
