namespace Eden.Checkpoint.Verification;

/// <summary>The parts of a checkpoint (§4).</summary>
internal enum MemberPart
{
    /// <summary>Neither the layout nor the manifest names it.</summary>
    Unknown,

    /// <summary>The experiment's config.</summary>
    Config,

    /// <summary>The experiment's runtime record.</summary>
    Experiment,

    /// <summary>One of the seven registries.</summary>
    Registry,

    /// <summary>The git bundle.</summary>
    Bundle,

    /// <summary>An artifact, named by its hash.</summary>
    Artifact,
}
