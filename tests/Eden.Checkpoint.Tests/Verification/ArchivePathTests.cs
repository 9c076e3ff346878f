using Eden.Git;
using Moq;

namespace Eden.Checkpoint.Tests.Verification;

/// <summary>Archives by their paths, and the shape that all options have in common.</summary>
[TestFixture]
public class ArchivePathTests
{
    private static readonly Mock<ICheckpointImporter> s_importer = new();

    [Test]
    public async Task An_archive_is_verified_and_imported_by_its_path_with_the_options_given()
    {
        var path = Path.Combine(Path.GetTempPath(), $"archive-{Guid.NewGuid():N}.tar");
        await File.WriteAllTextAsync(path, "no tar");
        try
        {
            var options = new CheckpointImportOptions { ForcePush = true };
            string? read = null;
            var importer = new Mock<ICheckpointImporter>();
            importer.Setup(i => i.ImportAsync(It.IsAny<Stream>(), options, It.IsAny<CancellationToken>()))
                .Returns(async (Stream archive, CheckpointImportOptions _, CancellationToken token) =>
                {
                    using var text = new StreamReader(archive);
                    read = await text.ReadToEndAsync(token);
                    return null!;
                });

            await importer.Object.ImportAsync(path, options);
            var report = await new CheckpointVerifier().VerifyAsync(path);

            Assert.That(read, Is.EqualTo("no tar"));
            Assert.That(report.Violations.Single().Rule, Is.EqualTo(CheckpointRule.ArchiveStructure));
            Assert.That(() => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Throws.Nothing, "nobody holds the file any more");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_path_that_cannot_be_read_is_named()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"missing-{Guid.NewGuid():N}.tar");
        var directory = Path.GetTempPath();
        var verifier = new CheckpointVerifier();

        Assert.That(() => verifier.VerifyAsync(missing), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains(missing));
        Assert.That(() => s_importer.Object.ImportAsync(missing), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains(missing));
        Assert.That(() => verifier.VerifyAsync(directory), Throws.ArgumentException.With.Message.Contains(directory).And.Property("ParamName").EqualTo("archivePath"));
        Assert.That(() => verifier.VerifyAsync(""), Throws.ArgumentException.With.Property("ParamName").EqualTo("archivePath"));
        Assert.That(() => verifier.VerifyAsync((string)null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("archivePath"));
    }

    [Test]
    public void A_depth_that_does_not_exist_is_refused_when_the_options_are_made()
    {
        const GitVerification Nothing = (GitVerification)7;

        Assert.That(() => new CheckpointExportOptions { Depth = Nothing }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CheckpointImportOptions { Depth = Nothing }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CheckpointVerificationOptions { Depth = Nothing }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CheckpointComparisonOptions { Depth = Nothing }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new CrossReferenceOptions { Depth = Nothing }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new GitBundleVerifyOptions { Depth = Nothing }, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>Depth, limits, temporary directory and progress have one type each, and end every options type in this order.</summary>
    [Test]
    public void What_repeats_in_options_has_one_name_one_type_and_one_order()
    {
        string[] repeated = ["Depth", "Limits", "TemporaryDirectory", "Progress"];
        Type[] all = [typeof(CheckpointExportOptions), typeof(CheckpointImportOptions), typeof(CheckpointVerificationOptions), typeof(CheckpointComparisonOptions), typeof(CrossReferenceOptions),
            typeof(RepositoryPushOptions), typeof(GitBundleCreateOptions), typeof(GitBundleVerifyOptions), typeof(GitBundleRestoreOptions), typeof(GitPushOptions)];
        foreach (var type in all)
        {
            var names = type.GetProperties().Select(property => property.Name).Where(name => name != "EqualityContract").ToArray();
            var found = names.Where(repeated.Contains).ToArray();

            Assert.That(found, Is.EqualTo(repeated.Where(found.Contains)), type.Name);
            Assert.That(names.TakeLast(found.Length), Is.EqualTo(found), type.Name);
            var depth = type.GetProperty("Depth")?.PropertyType ?? typeof(GitVerification);
            Assert.That(Nullable.GetUnderlyingType(depth) ?? depth, Is.EqualTo(typeof(GitVerification)), type.Name);
            Assert.That(type.GetProperty("TemporaryDirectory")!.PropertyType, Is.EqualTo(typeof(string)), type.Name);
        }
    }
}
