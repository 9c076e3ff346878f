using System.Text;
using Eden.Git.Tests.Bundles;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;

namespace Eden.Checkpoint.Tests.Import;

/// <summary>Accepted means usable: whatever a verifier takes, an import takes on PostgreSQL with its repository, an export gives back, and git can use.</summary>
/// <remarks>The archives are all that the suite has: the stored ones, one for each shape of repository and each sound bundle that other tests are about and the generator's.</remarks>
[TestFixture]
internal sealed class AcceptedArchiveTests
{
    public static IEnumerable<TestCaseData> All()
        => Stored().Concat(Shaped()).Concat(Grown()).Concat(OfGenerator()).Concat(OfSoundBundles());

    [TestCaseSource(nameof(All))]
    public async Task An_accepted_archive_is_imported_exported_again_equal_and_of_use_to_git(Func<Task<byte[]>> make)
        => await AcceptedArchive.HoldAsync(await make());

    private static IEnumerable<TestCaseData> Stored()
        => StoredArchives.Accepted.Select(name => Case($"stored: {name}", () => File.ReadAllBytesAsync(StoredArchives.PathOf(name))));

    private static IEnumerable<TestCaseData> Shaped()
        => from shape in ShapedRepository.Shapes
           from format in Enum.GetValues<GitObjectFormat>()
           select Case($"repository: {shape}, {format}", async () =>
           {
               using var source = await ShapedRepository.CreateAsync(shape, format);
               return HandMadeArchive.OfBundle(await File.ReadAllBytesAsync(source.BundlePath)).ToTar();
           });

    private static IEnumerable<TestCaseData> Grown()
        => RepositoryShapes.All.Select(shape => Case($"repository: {shape}", async () =>
        {
            using var folder = new TempFolder();
            var repository = await RepositoryShapes.BuildAsync(shape, folder);
            await GitCli.RunAsync(repository, "bundle", "create", "-q", folder["git.bundle"], "--all");
            return HandMadeArchive.OfBundle(await File.ReadAllBytesAsync(folder["git.bundle"])).ToTar();
        }));

    private static IEnumerable<TestCaseData> OfGenerator()
        => ((string[])["sha1", "sha256"]).Select(format => Case($"generator: {format}", async () =>
        {
            using var folder = new TempFolder();
            var experiment = await SyntheticExperiment.CreateAsync(folder["source.git"], 24, 1, format);
            using var archive = new MemoryStream();
            await new CheckpointExporter(experiment.ToInMemoryStore(), new LocalRepoBundleProvider(folder["source.git"])).ExportAsync(
                archive, new CheckpointExportOptions { ExperimentConfig = Encoding.UTF8.GetBytes("a: 1\n") });
            return archive.ToArray();
        }));

    private static IEnumerable<TestCaseData> OfSoundBundles()
        => SoundBundles.All.Select(pair => Case($"bundle: {pair.Key}", () => Task.FromResult(HandMadeArchive.OfBundle(pair.Value()).ToTar())));

    private static TestCaseData Case(string name, Func<Task<byte[]>> make) => new TestCaseData(make).SetArgDisplayNames(name);
}
