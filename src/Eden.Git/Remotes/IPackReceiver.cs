namespace Eden.Git.Remotes;

/// <summary>Takes a pack out of a remote's answer, as its bytes arrive.</summary>
internal interface IPackReceiver
{
    /// <summary>Takes the next bytes.</summary>
    /// <returns><see langword="false"/> when no more are wanted: the receiver knows why.</returns>
    bool TryReceive(ReadOnlySpan<byte> bytes);

    /// <summary>Says that the remote has sent all of the pack.</summary>
    /// <returns><see langword="false"/> as for <see cref="TryReceive"/>.</returns>
    bool TryEnd();
}
