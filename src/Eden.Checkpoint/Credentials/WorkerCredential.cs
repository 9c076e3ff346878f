namespace Eden.Checkpoint;

/// <summary>A worker's fresh credential: the token for the worker, the hash for the store. Immutable; its text shows neither.</summary>
public sealed class WorkerCredential
{
    /// <summary>Creates a credential.</summary>
    /// <param name="workerId">The worker.</param>
    /// <param name="token">The secret that the worker presents.</param>
    /// <param name="hash">What the store keeps of it: a PHC string.</param>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    public WorkerCredential(string workerId, string token, string hash)
    {
        ArgumentException.ThrowIfNullOrEmpty(workerId);
        ArgumentException.ThrowIfNullOrEmpty(token);
        ArgumentException.ThrowIfNullOrEmpty(hash);
        WorkerId = workerId;
        Token = token;
        Hash = hash;
    }

    /// <summary>Gets the worker's id.</summary>
    public string WorkerId { get; }

    /// <summary>Gets the secret. Not for logs, messages, URLs or process arguments; nobody can recover it.</summary>
    public string Token { get; }

    /// <summary>Gets what the store keeps: a PHC string.</summary>
    public string Hash { get; }

    /// <summary>Returns the worker's id only.</summary>
    public override string ToString() => $"{WorkerId}:***";
}
