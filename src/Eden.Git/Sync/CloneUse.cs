namespace Eden.Git.Sync;

/// <summary>Uses a clone while no sync may change it.</summary>
/// <param name="synced">What the sync did.</param>
/// <param name="makeAnew">Makes a damaged clone anew from its remote; it is given what is wrong with it.</param>
/// <param name="cancellationToken">Cancels the use.</param>
internal delegate Task<T> CloneUse<T>(LocalCloneResult synced, Func<string, CancellationToken, Task<LocalCloneResult>> makeAnew, CancellationToken cancellationToken);
