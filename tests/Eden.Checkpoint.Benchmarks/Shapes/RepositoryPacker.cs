using System.Globalization;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Packs a generated repository anew.</summary>
internal sealed class RepositoryPacker(string repository, ExperimentShape shape)
{
    // git gc --auto, which a host runs after a push, joins everything when there are more.
    private const int MostPacks = 50;
    private const int FewestVariants = 100;

    // No bitmap: a clone that is kept by fetching has none.
    private const string NoBitmap = "repack.writeBitmaps=false";

    /// <summary>Makes one pack of all there are.</summary>
    public Task JoinAsync(CancellationToken cancellationToken)
    {
        // -f, because fast-import compares each file with the one before it only, and repack believes that nothing better is to be found.
        string[] command = shape.IsPushedBeforeGc || shape.KeepsImportedDeltas ? ["gc", "--quiet"] : ["repack", "-a", "-d", "-f", "--quiet"];
        return MeasuredProcess.GitAsync(cancellationToken, ["-C", repository, "-c", NoBitmap, .. command]);
    }

    /// <summary>Sends the refs from where they are into an empty repository, oldest variants first, and takes its place.</summary>
    public async Task PushAsync(CancellationToken cancellationToken)
    {
        var author = repository + ".author";
        Directory.Move(repository, author);
        await MeasuredProcess.GitAsync(cancellationToken, "init", "--bare", "--quiet", "--initial-branch=main", repository);
        var refs = PackedRefs.Read(author).ToList();
        var variants = 1 + refs.Max(tip => VariantNames.NumberOf(tip.Ref) ?? -1);
        var size = Math.Max(FewestVariants, 1 + (variants / (MostPacks - 2)));

        // main comes before the first variants.
        List<string> known = [];
        foreach (var push in refs.GroupBy(tip => VariantNames.NumberOf(tip.Ref) is { } number ? number / size : -1).OrderBy(group => group.Key))
        {
            var tips = push.Select(tip => tip.ObjectId).ToList();
            await SendAsync(author, tips, known, cancellationToken);
            known.AddRange(tips);
        }

        File.Copy(PackedRefs.PathOf(author), PackedRefs.PathOf(repository));
        Directory.Delete(author, recursive: true);
    }

    private async Task SendAsync(string author, IEnumerable<string> tips, IEnumerable<string> known, CancellationToken cancellationToken)
    {
        var revisions = Path.Combine(author, "revisions");
        await File.WriteAllLinesAsync(revisions, [.. tips, .. known.Select(commit => "^" + commit)], cancellationToken);
        var reuse = shape.KeepsImportedDeltas ? "" : "--no-reuse-object";
        await MeasuredProcess.RunAsync(
            "sh",
            ["-ec", $"git -C \"$AUTHOR\" pack-objects --revs --thin --stdout --delta-base-offset -q {reuse} <\"$REVISIONS\" | git -C \"$HOST\" index-pack --stdin --fix-thin"],
            cancellationToken, ("AUTHOR", author), ("REVISIONS", revisions), ("HOST", repository));
    }
}
