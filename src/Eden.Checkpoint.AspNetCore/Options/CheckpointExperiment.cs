using Eden.Checkpoint.AspNetCore.Hosting;
using Eden.Checkpoint.AspNetCore.Options;

namespace Eden.Checkpoint.AspNetCore;

/// <summary>One experiment that the endpoints serve: its store, its repository and how its checkpoints are made. Immutable.</summary>
public sealed record CheckpointExperiment
{
    /// <summary>Creates a store over a database. Nothing is contacted.</summary>
    /// <param name="store">Where the rows are. An import lands there when it is an <see cref="ICheckpointImportStore"/>.</param>
    public CheckpointExperiment(ICheckpointStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Store = store;
    }

    /// <summary>Gets where the rows are, and where an import lands when it is an <see cref="ICheckpointImportStore"/>.</summary>
    public ICheckpointStore Store { get; }

    /// <summary>Gets the experiment's id; an import into a fresh store lands under it.</summary>
    /// <value><see langword="null"/>, the default, for whichever experiment the store holds; needed where several are served, and for a schedule.</value>
    /// <exception cref="ArgumentException">The value is no experiment id.</exception>
    public string? ExperimentId
    {
        get;
        init => field = value is null || OpaqueId.IsExperimentId(value) ? value
            : throw new ArgumentException("An experiment id is exp_ and 26 characters of lowercase Crockford base32.", nameof(value));
    }

    /// <summary>Gets what makes the bundles.</summary>
    /// <value>By default there is no repository: archives carry the zero-byte placeholder and are not resumable.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public IRepoBundleProvider Bundles { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = NoRepository.Instance;

    /// <summary>Gets where the hashes of workers' credentials are looked up; <see langword="null"/> when workers may not use the endpoints.</summary>
    public IWorkerCredentialHashes? WorkerCredentials { get; init; }

    /// <summary>Gets the repository's folder, which the health check looks at; it need not be there yet. <see langword="null"/> for none.</summary>
    public string? RepositoryPath { get; init; }

    /// <summary>Gets how to find out whether the remote of record answers, for a health check that is asked to; <see langword="null"/> when it cannot be.</summary>
    public Func<CancellationToken, Task>? ProbeRemote { get; init; }

    /// <summary>Gets the options of every export, the experiment's config among them; id and format version come from the request.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointExportOptions Export { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>Gets the options of every import, the repository's place among them; the ids come from the request.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public CheckpointImportOptions Import { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>Gets when automatic checkpoints are made; <see langword="null"/> for never.</summary>
    public CheckpointSchedule? Schedule { get; init; }

    /// <summary>Gets where automatic checkpoints are kept; needed for an enabled schedule. Experiments may share one.</summary>
    public ICheckpointDestination? Destination { get; init; }

    /// <summary>Gets what exports; <see langword="null"/>, the default, for a <see cref="CheckpointExporter"/> over <see cref="Store"/> and <see cref="Bundles"/>.</summary>
    public ICheckpointExporter? Exporter { get; init; }

    /// <summary>Gets what imports; <see langword="null"/>, the default, for a <see cref="CheckpointImporter"/> over <see cref="Store"/>.
    /// Where that takes no imports, requests to import are refused as forbidden.</summary>
    public ICheckpointImporter? Importer { get; init; }

    /// <summary>Returns the experiment's id and nothing of its settings, which may hold a URL with a password.</summary>
    public override string ToString() => ExperimentId ?? "the experiment of the store";
}
