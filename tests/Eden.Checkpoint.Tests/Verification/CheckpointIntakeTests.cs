using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Checkpoint.Verification;
using Eden.Shared;

namespace Eden.Checkpoint.Tests.Verification;

[TestFixture]
public class CheckpointIntakeTests : VerifierTestBase
{
    [Test]
    public async Task Rows_and_config_stay_on_disk_for_an_import_until_it_is_disposed([Values(0, 4, -1)] int manifest)
    {
        var archive = new HandMadeArchive().Move("manifest.json", manifest);

        using (var checkpoint = await ReadAsync(archive.ToTar(), IntakeParts.Rows))
        {
            Assert.That(checkpoint.Report.Violations, Is.Empty);
            foreach (var kind in Enum.GetValues<RegistryKind>())
            {
                var path = CheckpointManifestFiles.Standard[kind];
                Assert.That(await TextAsync(checkpoint.OpenRows(kind)), Is.EqualTo(archive.Text(path)), path);
            }

            Assert.That(await TextAsync(checkpoint.OpenConfig()), Is.EqualTo(archive.Text("experiment-config.yaml")));
            Assert.That(Encoding.UTF8.GetString(checkpoint.Experiment.Span), Is.EqualTo(archive.Text("experiment.json")));
            Assert.That(await TextAsync(checkpoint.Bundle.OpenRead()), Is.EqualTo(archive.Text("repo.bundle")));
            Assert.That(checkpoint.References.TargetCount, Is.EqualTo(4));
        }

        Assert.That(Directory.GetFileSystemEntries(Folder.Path), Is.Empty);
    }

    [Test]
    public async Task A_verification_spools_no_rows_and_no_artifacts_when_the_manifest_comes_first()
    {
        var archive = new HandMadeArchive().Artifact(new byte[100_000]);

        using var checkpoint = await ReadAsync(archive.ToTar(), IntakeParts.None);

        Assert.That(checkpoint.RowFiles, Is.Empty);
        Assert.That(() => checkpoint.OpenRows(RegistryKind.Tasks), Throws.InvalidOperationException);
        Assert.That(
            Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "repo.bundle", ".eden-owner" }));
    }

    [Test]
    public async Task Artifacts_stay_on_disk_by_their_hash_when_asked_for_wherever_the_manifest_stands([Values(0, 4, -1)] int manifest)
    {
        var (plan, log) = ("the plan"u8.ToArray(), new byte[100_000]);
        var archive = new HandMadeArchive().Artifact(plan).Artifact(log).Move("manifest.json", manifest)
            .Row("ideas.jsonl", 1, row => row["artifacts_uri"] = $"checkpoint:sha256:{HandMadeArchive.Hash(plan)}");

        using (var checkpoint = await ReadAsync(archive.ToTar(), IntakeParts.Rows | IntakeParts.Artifacts))
        {
            Assert.That(checkpoint.Report.Violations, Is.Empty);
            Assert.That(checkpoint.ArtifactUses, Is.EqualTo(1));
            Assert.That(await TextAsync(checkpoint.Artifacts!.Open(HandMadeArchive.Hash(plan))), Is.EqualTo("the plan"));
            Assert.That(checkpoint.Artifacts.Files().Select(file => new FileInfo(file.File).Length), Is.EquivalentTo(new[] { 8L, 100_000 }));
        }

        Assert.That(Directory.GetFileSystemEntries(Folder.Path), Is.Empty);
    }

    private static async Task<string> TextAsync(Stream content)
    {
        using var reader = new StreamReader(content);
        return await reader.ReadToEndAsync();
    }

    private Task<SpooledCheckpoint> ReadAsync(byte[] tar, IntakeParts kept)
        => CheckpointIntake.ReadAsync(
            new AsyncOnlyStream(new MemoryStream(tar)), new ValidatorPasses(Validator.Object), new CheckpointVerificationOptions { TemporaryDirectory = Folder.Path }, kept, CancellationToken.None);
}
