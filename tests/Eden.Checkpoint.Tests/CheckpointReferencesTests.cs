namespace Eden.Checkpoint.Tests;

[TestFixture]
public class CheckpointReferencesTests
{
    private const string Commit = "5a068bccaf00f42a81582eb629fcdfc7483e2c6a";

    [Test]
    public void One_target_keeps_its_first_owners_and_counts_all()
    {
        var references = new CheckpointReferences(
        [
            .. Enumerable.Range(0, 9).Select(index => new GitReference(GitReferenceField.IdeaParentCommits, Commit, $"idea-{index}", index + 1, 0)),
            new GitReference(GitReferenceField.SubmissionCommitSha, Commit, "task", 3),
        ]);

        var target = references.Targets().Single();
        Assert.Multiple(() =>
        {
            Assert.That(references.TargetCount, Is.EqualTo(1));
            Assert.That(references, Has.Count.EqualTo(5).And.Exactly(5).Items);
            Assert.That(references.TotalReferences, Is.EqualTo(10));
            Assert.That(target.Commit, Is.EqualTo(Commit));
            Assert.That(target.Binding, Is.EqualTo(9));
            Assert.That(target.Advisory, Is.EqualTo(1));
            Assert.That(target.Owners().Select(owner => owner.RecordId), Is.EqualTo(new[] { "idea-0", "idea-1", "idea-2", "idea-3", "task" }));
            Assert.That(target.Owners().First().FieldPath, Is.EqualTo("parent_commits[0]"));
        });
    }

    [Test]
    public void Hashes_of_both_lengths_and_branches_are_told_apart()
    {
        var sha256 = Commit + new string('0', 24);
        GitReference[] given =
        [
            new(GitReferenceField.VariantCommitSha, Commit, "v", 1),
            new(GitReferenceField.VariantCommitSha, sha256, "v", 1),
            new(GitReferenceField.VariantBranch, "work/ä", "v", 1) { BranchCommit = Commit },
        ];
        var references = new CheckpointReferences(given);

        Assert.That(references, Is.EqualTo(given), "what a host's own check reads");
        Assert.That(references.Targets().Select(t => t.Branch ?? t.Commit), Is.EqualTo(new[] { Commit, sha256, "work/ä" }));
        Assert.That(references.Targets().Last().BranchCommit, Is.EqualTo(Commit));
    }

    [TestCase("5A068BCCAF00F42A81582EB629FCDFC7483E2C6A")]
    [TestCase("5a068b")]
    [TestCase("")]
    public void Anything_but_a_full_lowercase_hash_is_refused(string hash)
        => Assert.That(
            () => new CheckpointReferences([new GitReference(GitReferenceField.VariantCommitSha, hash, "v")]),
            Throws.ArgumentException);
}
