using Eden.Checkpoint.ConsoleHost.Inspection;
using Spectre.Console;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>Draws the lineage of the variants as a tree that fits the terminal.</summary>
internal static class LineageTree
{
    // What a variant's own text takes, and what each generation is indented by.
    private const int LabelWidth = 64;
    private const int Indent = 4;
    private const int MostIdCharacters = 32;

    public static void Write(Terminal terminal, Lineage lineage)
    {
        if (lineage.Total == 0)
        {
            terminal.Line("no variants");
            return;
        }

        var generations = Math.Max((terminal.DrawingWidth - LabelWidth) / Indent, 3);
        var selection = lineage.Select(terminal.DrawingHeight, generations);
        foreach (var (commit, variants) in selection.Origins)
        {
            if (!variants.Any(selection.Chosen.Contains))
            {
                continue;
            }

            var tree = new Tree(new Markup($"commit [yellow]{Short(commit)}[/]"));
            AddTo(tree, variants, selection);
            terminal.Output.Write(tree);
        }

        if (selection.Chosen.Count < lineage.Total)
        {
            terminal.Line($"drawn: {Quantity.Of(selection.Chosen.Count)} of {Quantity.Of(lineage.Total, "variant", "variants")}");
        }
    }

    // As deep as the chosen generations, which the width limits.
    private static void AddTo(IHasTreeNodes parent, List<int> variants, LineageSelection selection)
    {
        foreach (var index in variants.Where(selection.Chosen.Contains))
        {
            var node = parent.AddNode(new Markup(Label(selection.Lineage.Nodes[index])));
            if (selection.Children.TryGetValue(index, out var children))
            {
                AddTo(node, children, selection);
            }
        }

        var left = variants.Count(index => !selection.Chosen.Contains(index));
        if (left > 0)
        {
            parent.AddNode(new Text($"… {Quantity.Of(left)} more from here"));
        }
    }

    private static string Label(VariantNode node)
    {
        var colour = node.Status switch
        {
            "success" => "green",
            "starting" => "blue",
            _ => "red",
        };
        var label = $"[bold]{Show(node.Id, MostIdCharacters)}[/] [{colour}]{Show(node.Status, 20)}[/]";
        if (node.Score is { } score)
        {
            label += $" {Show(score, 24)}";
        }

        if (node.Integrated is { } integrated)
        {
            label += $" integrated [yellow]{Short(integrated)}[/]";
        }

        return node.ParentCommits.Count > 1 ? $"{label} (+{node.ParentCommits.Count - 1} parents)" : label;
    }

    private static string Short(string? commit) => commit is null ? "unknown" : Show(commit.Length > 10 ? commit[..10] : commit, 10);

    private static string Show(string text, int most) => Markup.Escape(Printable.Of(text, most));
}
