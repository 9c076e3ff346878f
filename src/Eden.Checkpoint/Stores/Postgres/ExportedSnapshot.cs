namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>What further sessions need to read what the first one reads.</summary>
/// <param name="Name">The snapshot's name, as <c>pg_export_snapshot</c> gave it.</param>
/// <param name="SearchPath">The schemas in which the first session finds its tables.</param>
internal sealed record ExportedSnapshot(string Name, string SearchPath);
