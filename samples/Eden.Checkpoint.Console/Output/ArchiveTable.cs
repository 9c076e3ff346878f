using Spectre.Console;

namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>Draws the members of an archive: path, rows, bytes.</summary>
internal static class ArchiveTable
{
    // An archive may hold a million artifacts; nobody reads a table of them.
    private const int MostMembers = 40;

    public static void Write(Terminal terminal, IReadOnlyCollection<MemberLine> members, long archiveBytes)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn("member");
        table.AddColumn(new TableColumn("rows").RightAligned());
        table.AddColumn(new TableColumn("bytes").RightAligned());
        foreach (var member in members.Take(MostMembers))
        {
            table.AddRow(
                new Text(Printable.Of(member.Path, 80)),
                new Text(member.Rows is { } rows ? Quantity.Of(rows) : ""),
                new Text(Quantity.Of(member.Bytes)));
        }

        if (members.Count > MostMembers)
        {
            table.AddRow(
                new Text($"… {Quantity.Of(members.Count - MostMembers)} more"),
                new Text(""),
                new Text(Quantity.Of(members.Skip(MostMembers).Sum(member => member.Bytes))));
        }

        table.AddEmptyRow();
        table.AddRow(
            new Markup("[bold]archive[/]"),
            new Text(Quantity.Of(members.Sum(member => member.Rows ?? 0))),
            new Text(Quantity.Of(archiveBytes)));
        terminal.Output.Write(table);
    }
}
