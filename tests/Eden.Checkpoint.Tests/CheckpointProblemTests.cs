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

    [Test]
    public void A_failure_may_say_that_waiting_does_not_help_and_its_problem_stays()
    {
        var failure = new CheckpointRepoUnavailableException("x") { IsRetryable = false };

        Assert.That((failure.Status, failure.Problem.IsRetryable, failure.IsRetryable), Is.EqualTo((503, true, false)));
    }

    [TestCase(-1, null)]
    [TestCase(0, null)]
    [TestCase(90, 90)]
    [TestCase(10_000_000, 86_400)]
    public void The_time_to_wait_is_more_than_zero_and_at_most_a_day(int seconds, int? kept)
        => Assert.That(
            new CheckpointRepoUnavailableException("x") { RetryAfter = TimeSpan.FromSeconds(seconds) }.RetryAfter?.TotalSeconds, Is.EqualTo(kept));

    [Test]
    public void A_bundle_that_misses_a_ref_may_be_right_the_next_time_and_one_that_is_damaged_is_not()
    {
        static CheckpointRepoUnavailableException Of(CheckpointRule rule)
            => new(new CheckpointInvalidException(new CheckpointViolation(rule, "repo.bundle", null, null, null, "x")));

        Assert.That((Of(CheckpointRule.BranchReference).IsRetryable, Of(CheckpointRule.CommitReference).IsRetryable, Of(CheckpointRule.Bundle).IsRetryable), Is.EqualTo((true, true, false)));
    }
}
