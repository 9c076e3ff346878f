using Spectre.Console;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>A comparison for people: what was compared, what was allowed, what differs.</summary>
internal static class ComparisonText
{
    public static void Write(Terminal terminal, CheckpointComparison comparison)
    {
        foreach (var warning in comparison.Warnings)
        {
            terminal.ErrorLine($"warning: {Printable.Of(warning.Message)}");
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn("objects");
        table.AddColumn(new TableColumn(Markup.Escape(Printable.Of(comparison.LeftName, 40))).RightAligned());
        table.AddColumn(new TableColumn(Markup.Escape(Printable.Of(comparison.RightName, 40))).RightAligned());
        foreach (var row in comparison.Rows)
        {
            table.AddRow(row.Kind.ToString().ToLowerInvariant(), Quantity.Of(row.Left), Quantity.Of(row.Right));
        }

        if (comparison.Repository is { } repository)
        {
            table.AddRow("refs", Quantity.Of(repository.LeftRefs), Quantity.Of(repository.RightRefs));
            if (repository is { LeftObjects: { } leftObjects, RightObjects: { } rightObjects })
            {
                table.AddRow("git objects", Quantity.Of(leftObjects), Quantity.Of(rightObjects));
            }
        }

        terminal.Output.Write(table);
        foreach (var use in comparison.Allowances)
        {
            terminal.Line($"allowed: {use.Name}, {Quantity.Of(use.Count)} times");
            foreach (var sample in use.Samples)
            {
                terminal.Line($"  {Printable.Of(sample.ToString())}");
            }
        }

        foreach (var difference in comparison.Differences)
        {
            terminal.Line($"differs: {Printable.Of(difference.ToString())}");
        }

        if (comparison.TotalDifferences > comparison.Differences.Count)
        {
            terminal.Line($"… and {Quantity.Of(comparison.TotalDifferences - comparison.Differences.Count)} more differences");
        }

        terminal.Line(comparison.IsEqual
            ? comparison.Allowances.Count == 0 ? "equal" : "equal but for what is allowed"
            : $"different: {Quantity.Of(comparison.TotalDifferences, "difference", "differences")}");
    }
}
