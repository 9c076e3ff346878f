using Eden.Checkpoint.Tests.Kit;
using Eden.Shared;
using Moq;

namespace Eden.Checkpoint.Tests.Verification;

/// <summary>Runs the verifier over hand-made archives with a cross-reference check that finds nothing, and sees that no temporary file is left.</summary>
public abstract class VerifierTestBase
{
    private TempFolder _folder = null!;

    internal Mock<ICrossReferenceValidator> Validator { get; private set; } = null!;

    internal TempFolder Folder => _folder;

    [SetUp]
    public void SetUpValidator()
    {
        _folder = new TempFolder();
        Validator = new Mock<ICrossReferenceValidator>();
        Validator
            .Setup(validator => validator.ValidateAsync(It.IsAny<RepoBundle>(), It.IsAny<CheckpointReferences>(), It.IsAny<CrossReferenceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((RepoBundle bundle, CheckpointReferences _, CrossReferenceOptions? _, CancellationToken _) => new CrossReferenceReport { Skipped = bundle.IsEmpty });
    }

    [TearDown]
    public void NoTemporaryFileIsLeft()
    {
        var left = Directory.GetFileSystemEntries(_folder.Path);
        _folder.Dispose();
        Assert.That(left, Is.Empty);
    }

    internal Task<CheckpointVerificationReport> VerifyAsync(HandMadeArchive archive, CheckpointLimits? limits = null) => VerifyAsync(archive.ToTar(), limits);

    internal Task<CheckpointVerificationReport> VerifyAsync(byte[] tar, CheckpointLimits? limits = null)
        => new CheckpointVerifier(Validator.Object).VerifyAsync(
            new AsyncOnlyStream(new MemoryStream(tar), 4000),
            new CheckpointVerificationOptions { TemporaryDirectory = _folder.Path, Limits = limits ?? CheckpointLimits.Default });
}
