namespace Eden.Checkpoint.Tests;

[TestFixture]
public class CheckpointProblemTests
{
    private static IEnumerable<TestCaseData> Problems()
    {
        static TestCaseData Problem(CheckpointException failure, string type, int status, bool retryable = false)
            => new TestCaseData(failure, type, status, retryable).SetName($"A_failure_is_the_problem_of_the_table: {failure.GetType().Name}");

        yield return Problem(new CheckpointInvalidException([]), "eden://error/checkpoint-invalid", 400);
        yield return Problem(new CheckpointBadRequestException("x"), "eden://error/bad-request", 400);
        yield return Problem(new ExperimentIdMismatchException("x"), "eden://error/experiment-id-mismatch", 400);
        yield return Problem(new CheckpointUnauthorizedException("x"), "eden://error/unauthorized", 401);
        yield return Problem(new CheckpointForbiddenException("x"), "eden://error/forbidden", 403);
        yield return Problem(new ExperimentNotFoundException("x"), "eden://error/not-found", 404);
        yield return Problem(new UnsupportedCheckpointVersionException("x"), "eden://error/unsupported-checkpoint-version", 409);
        yield return Problem(new SpecVersionMismatchException("x"), "eden://error/spec-version-mismatch", 409);
        yield return Problem(new ExperimentIdConflictException("x"), "eden://error/experiment-id-conflict", 409);
        yield return Problem(new CheckpointRepoUnavailableException("x"), "eden://reference-error/checkpoint-repo-unavailable", 503, retryable: true);
    }

    [TestCaseSource(nameof(Problems))]
    public void A_failure_is_the_problem_of_the_table(CheckpointException failure, string type, int status, bool retryable)
        => Assert.That((failure.ProblemType, failure.Status, failure.IsRetryable), Is.EqualTo((type, status, retryable)));
}
