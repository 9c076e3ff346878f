namespace Eden.Checkpoint.Verification;

/// <summary>What of an archive stays on disk once it was taken in, besides its bundle.</summary>
[Flags]
internal enum IntakeParts
{
    /// <summary>Nothing: for a verification.</summary>
    None = 0,

    /// <summary>The rows and the config.</summary>
    Rows = 1,

    /// <summary>The bytes of the artifacts.</summary>
    Artifacts = 2,
}
