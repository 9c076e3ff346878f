using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The commits of an experiment, by the variant's number.</summary>
/// <param name="Base">The commit of <c>main</c>.</param>
/// <param name="Parents">What each variant started from.</param>
/// <param name="Work">What its worker committed.</param>
/// <param name="Integrated">What the integrator made of it.</param>
internal sealed record ExperimentLineage(string Base, string[] Parents, string[] Work, string[] Integrated)
{
    /// <summary>Reads the lineage of a generated repository.</summary>
    public static async Task<ExperimentLineage> ReadAsync(GeneratedRepository repository)
    {
        var variants = repository.Variants;
        var main = "";
        var (parents, work, integrated) = (new string[variants], new string[variants], new string[variants]);
        foreach (var line in (await GitCli.RunAsync(repository.Path, "for-each-ref", "--format=%(refname) %(objectname) %(parent)", "refs/heads")).Split('\n'))
        {
            if (line.Split(' ') is [var name, var commit, .. var before])
            {
                if (VariantNames.NumberOf(name) is not { } variant)
                {
                    main = commit;
                }
                else if (name == $"refs/heads/{VariantNames.Work(variant)}")
                {
                    (work[variant], parents[variant]) = (commit, before[0]);
                }
                else
                {
                    integrated[variant] = commit;
                }
            }
        }

        return new ExperimentLineage(main, parents, work, integrated);
    }
}
