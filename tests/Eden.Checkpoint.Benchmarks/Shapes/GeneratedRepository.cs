using System.Diagnostics;
using System.Globalization;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The bare repository of a made-up experiment, with git's bundle of it and that bundle's pack.</summary>
/// <param name="Path">The repository.</param>
/// <param name="Bundle">What <c>git bundle create --all</c> makes of it.</param>
/// <param name="Pack">The bundle without its header.</param>
/// <param name="History">What tables call it.</param>
/// <param name="Variants">How many variants it has.</param>
internal sealed record GeneratedRepository(string Path, string Bundle, string Pack, string History, int Variants)
{
    public long Objects { get; } = BundlePack.CountObjects(Pack);

    /// <summary>Makes the repository where it is not there yet.</summary>
    public static async Task<GeneratedRepository> EnsureAsync(string home, HistoryPlan plan, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(home);
        var name = string.Create(CultureInfo.InvariantCulture, $"{plan.Shape.Name}-{plan.Packing}-{plan.Variants}").ToLowerInvariant();
        var (repository, bundle, pack) = (System.IO.Path.Combine(home, $"{name}.git"), System.IO.Path.Combine(home, $"{name}.bundle"), System.IO.Path.Combine(home, $"{name}.pack"));
        if (!File.Exists(pack))
        {
            if (Directory.Exists(repository))
            {
                Directory.Delete(repository, recursive: true);
            }

            if (plan is { Packing: RepositoryPacking.Gc, Shape.IsPushedBeforeGc: true })
            {
                FolderCopy.Create((await EnsureAsync(home, plan with { Packing = RepositoryPacking.Pushes }, cancellationToken)).Path, repository);
            }
            else
            {
                await ImportAsync(repository, plan, cancellationToken);
            }

            var packer = new RepositoryPacker(repository, plan.Shape);
            await (plan.Packing == RepositoryPacking.Gc ? packer.JoinAsync(cancellationToken) : packer.PushAsync(cancellationToken));
            await BundlePack.CreateAsync(repository, bundle, pack, cancellationToken);
        }

        return new GeneratedRepository(repository, bundle, pack, plan.ToString(), plan.Variants);
    }

    private static async Task ImportAsync(string repository, HistoryPlan plan, CancellationToken cancellationToken)
    {
        await MeasuredProcess.GitAsync(cancellationToken, "init", "--bare", "--quiet", "--initial-branch=main", repository);
        var marks = System.IO.Path.Combine(repository, "marks");

        // What is sent on as a push is compressed anew there.
        string[] settings = plan.Shape.IsPushedBeforeGc ? ["-c", "pack.compression=1"] : [];
        var depth = plan.Shape.KeepsImportedDeltas ? "--depth=50" : "--depth=10";
        var start = new ProcessStartInfo("git", ["-C", repository, .. settings, "fast-import", "--quiet", depth, $"--export-marks={marks}"]) { RedirectStandardInput = true };
        GitCli.Isolate(start);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        await using var input = new BufferedStream(process.StandardInput.BaseStream, 1 << 20);
        var history = new FastImportStream(input);
        var writing = Task.Run(
            () =>
            {
                plan.Shape.Write(history, plan.Variants);
                history.End();
                input.Dispose();
            },
            cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"git fast-import ended with {process.ExitCode}.");
        }

        await writing;
        PackedRefs.Write(repository, history.Branches, marks);
        File.Delete(marks);

        // The tags, and main.
        await MeasuredProcess.GitAsync(cancellationToken, "-C", repository, "pack-refs", "--all");
    }
}
