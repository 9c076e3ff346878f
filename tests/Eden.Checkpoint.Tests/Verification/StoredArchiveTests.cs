using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Verification;

/// <summary>Each archive that is kept because it went wrong once has its right verdict.</summary>
[TestFixture]
internal sealed class StoredArchiveTests
{
    public static IEnumerable<string> Refused => StoredArchives.Refused.Keys;

    [TestCaseSource(typeof(StoredArchives), nameof(StoredArchives.Accepted))]
    public async Task An_archive_that_is_right_is_valid(string name)
    {
        var report = await VerifyAsync(name);
        Assert.That(report.Violations, Is.Empty);
        Assert.That(report.IsValid, Is.True);
    }

    [TestCaseSource(nameof(Refused))]
    public async Task An_archive_that_is_wrong_is_refused_with_the_reason(string name)
    {
        var report = await VerifyAsync(name);
        var (rule, message) = StoredArchives.Refused[name];
        Assert.That(report.Violations.Single().Rule, Is.EqualTo(rule));
        Assert.That(report.Violations.Single().Message, Does.Contain(message));
    }

    private static async Task<CheckpointVerificationReport> VerifyAsync(string name)
    {
        await using var archive = File.OpenRead(StoredArchives.PathOf(name));
        return await new CheckpointVerifier().VerifyAsync(archive);
    }
}
