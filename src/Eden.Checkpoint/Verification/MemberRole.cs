namespace Eden.Checkpoint.Verification;

/// <summary>The part that a member plays in a checkpoint.</summary>
/// <param name="Part">The part.</param>
/// <param name="ManifestKey">The key under <c>files</c> that names it.</param>
/// <param name="Registry">Which registry, for <see cref="MemberPart.Registry"/>.</param>
internal readonly record struct MemberRole(MemberPart Part, string ManifestKey, RegistryKind Registry = default);
