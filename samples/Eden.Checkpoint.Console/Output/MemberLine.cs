namespace Eden.Checkpoint.ConsoleHost.Output;

/// <summary>One member of an archive.</summary>
/// <param name="Path">The path under the root.</param>
/// <param name="Rows">The number of rows of a registry; <see langword="null"/> for any other member.</param>
/// <param name="Bytes">The size of the content.</param>
internal sealed record MemberLine(string Path, long? Rows, long Bytes)
{
    /// <summary>Joins the sizes that an export reports with the counts of its manifest.</summary>
    public static IReadOnlyCollection<MemberLine> Of(CheckpointExportResult result)
    {
        var rows = Enum.GetValues<RegistryKind>().ToDictionary(kind => result.Manifest.Files[kind], kind => result.Manifest.Counts[kind]);
        return [.. result.Members.Select(member => new MemberLine(
            member.Path, rows.TryGetValue(member.Path, out var count) ? count : null, member.Bytes))];
    }
}
