using System.Text;
using Eden.Checkpoint.ConsoleHost.Inspection;

namespace Eden.Checkpoint.Tests.ConsoleHost;

/// <summary>Which variant was made from which, also when the rows are an attacker's.</summary>
[TestFixture]
public class LineageTests
{
    [Test]
    public void A_variant_hangs_under_the_one_whose_commit_it_started_from()
    {
        var lineage = Of(("a", ["seed"], "a1", "a2"), ("b", ["a2"], "b1", null), ("c", ["a1", "b1"], null, null), ("d", ["elsewhere"], "d1", null));

        Assert.That(Enumerable.Range(0, 4).Select(lineage.ParentOf), Is.EqualTo([-1, 0, 0, -1]));
        var selection = lineage.Select(10, 10);
        Assert.That(selection.Chosen, Is.EquivalentTo([0, 1, 2, 3]));
        Assert.That(selection.Origins.Select(origin => origin.Commit), Is.EqualTo(["seed", "elsewhere"]));
    }

    [Test]
    public void Only_as_many_variants_and_generations_as_fit_are_chosen()
    {
        var chain = Of([.. Enumerable.Range(0, 100).Select(number => ($"v{number}", new[] { $"c{number - 1}" }, (string?)$"c{number}", (string?)null))]);

        Assert.That(chain.Select(mostLines: 10, mostGenerations: 100).Chosen, Has.Count.EqualTo(10));
        Assert.That(chain.Select(mostLines: 100, mostGenerations: 7).Chosen, Has.Count.EqualTo(7));
    }

    [Test]
    public void Variants_that_descend_from_one_another_do_not_hang_the_drawing()
    {
        var lineage = Of(("a", ["b1"], "a1", null), ("b", ["a1"], "b1", null), ("self", ["s1"], "s1", null));

        Assert.That(lineage.Select(10, 10).Chosen, Is.EquivalentTo([2]));
    }

    [TestCase("nonsense")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"variant_id\":7}")]
    [TestCase("{\"variant_id\":\"\\ud800\"}")]
    public void A_row_that_is_no_variant_is_counted_and_nothing_else(string row)
    {
        var lineage = new Lineage();

        lineage.Add(Encoding.UTF8.GetBytes(row));

        Assert.That((lineage.Total, lineage.Nodes.Count), Is.EqualTo((1L, 0)));
    }

    [Test]
    public void The_number_of_variants_held_is_bounded()
    {
        var lineage = new Lineage();
        for (var number = 0; number < Lineage.MostVariants + 10; number++)
        {
            lineage.Add(Encoding.UTF8.GetBytes($$"""{"variant_id":"v{{number}}"}"""));
        }

        Assert.That((lineage.Total, lineage.Nodes.Count), Is.EqualTo((Lineage.MostVariants + 10L, Lineage.MostVariants)));
    }

    private static Lineage Of(params (string Id, string[] Parents, string? Commit, string? Integrated)[] variants)
    {
        var lineage = new Lineage();
        foreach (var (id, parents, commit, integrated) in variants)
        {
            var row = new System.Text.Json.Nodes.JsonObject
            {
                ["variant_id"] = id,
                ["parent_commits"] = new System.Text.Json.Nodes.JsonArray([.. parents]),
            };
            if (commit is not null)
            {
                row["commit_sha"] = commit;
            }

            if (integrated is not null)
            {
                row["variant_commit_sha"] = integrated;
            }

            lineage.Add(Encoding.UTF8.GetBytes(row.ToJsonString()));
        }

        return lineage;
    }
}
