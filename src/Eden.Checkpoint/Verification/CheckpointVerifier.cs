using Eden.Checkpoint.Verification;

namespace Eden.Checkpoint;

/// <summary>Verifies whole archives (spec §3 to §7 and §12). Thread-safe.</summary>
/// <example>
/// <code>
/// await using var archive = File.OpenRead(archivePath);
/// var report = await new CheckpointVerifier().VerifyAsync(archive, cancellationToken: cancellationToken);
/// Console.WriteLine(report.IsValid ? "valid" : $"{report.TotalViolations} violations, the first: {report.Detail}");
/// </code>
/// </example>
public sealed class CheckpointVerifier : ICheckpointVerifier
{
    private readonly ICrossReferenceValidator _validator;

    /// <summary>Creates a verifier.</summary>
    /// <param name="validator">The cross-reference check; <see langword="null"/> for <see cref="CrossReferenceValidator"/>.</param>
    public CheckpointVerifier(ICrossReferenceValidator? validator = null) => _validator = validator ?? new CrossReferenceValidator();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="archive"/> cannot be read.</exception>
    public async Task<CheckpointVerificationReport> VerifyAsync(
        Stream archive, CheckpointVerificationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        if (!archive.CanRead)
        {
            throw new ArgumentException("The archive cannot be read.", nameof(archive));
        }

        using var checkpoint = await CheckpointIntake
            .ReadAsync(archive, new ValidatorPasses(_validator), options ?? new CheckpointVerificationOptions(), IntakeParts.None, cancellationToken)
            .ConfigureAwait(false);
        return checkpoint.Report;
    }
}
