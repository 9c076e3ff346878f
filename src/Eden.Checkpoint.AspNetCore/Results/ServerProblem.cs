namespace Eden.Checkpoint.AspNetCore.Results;

/// <summary>What may go wrong with a server and is none of the problems of spec §9: types of our own, so that a client can tell them apart.</summary>
internal static class ServerProblem
{
    /// <summary>Gets what happens when the store cannot be reached or gives up: it may be there again soon.</summary>
    public static CheckpointProblem StoreUnavailable { get; } = new("eden://reference-error/store-unavailable", "The store is unavailable", 503, true);

    /// <summary>Gets what happens when a disk of the server has no room left: other requests may give some back.</summary>
    public static CheckpointProblem DiskFull { get; } = new("eden://reference-error/disk-full", "The server's disk is full", 503, true);

    /// <summary>Gets what happens when the server has as much under way as it takes at once.</summary>
    public static CheckpointProblem Busy { get; } = new("eden://reference-error/server-busy", "The server is busy", 503, true);

    /// <summary>Gets what happens when an upload is longer than the server takes.</summary>
    public static CheckpointProblem UploadTooLarge { get; } = new("eden://reference-error/upload-too-large", "The upload is too large", 413, false);

    /// <summary>Gets what happens when an upload is slower than the server waits for.</summary>
    public static CheckpointProblem UploadTooSlow { get; } = new("eden://reference-error/upload-too-slow", "The upload is too slow", 408, true);
}
