namespace Eden.Checkpoint.Benchmarks;

/// <summary>What the generated history of an experiment looks like. The same size gives the same commits.</summary>
/// <param name="name">What the option <c>--shape</c> calls it.</param>
internal abstract class ExperimentShape(string name)
{
    public static IReadOnlyList<ExperimentShape> All { get; } = [new LeanShape(), new LargeDirectoriesShape(), new EvolvedShape()];

    public string Name => name;

    /// <summary>Gets how its repository is packed unless the command says so.</summary>
    public virtual IReadOnlyList<RepositoryPacking> UsualPackings => [RepositoryPacking.Gc];

    /// <summary>Gets a value indicating whether the deltas that fast-import makes are as good as others: it compares a directory with its
    /// last version, and a file with any file that came before it.</summary>
    public virtual bool KeepsImportedDeltas => false;

    /// <summary>Gets a value indicating whether gc finds packs that were pushed, whose deltas it keeps. Otherwise it makes all of them itself.</summary>
    public virtual bool IsPushedBeforeGc => false;

    /// <summary>Writes the history: <c>main</c>, and for each variant a branch of the worker's and one of the integrator's.</summary>
    public abstract void Write(FastImportStream history, int variants);
}
