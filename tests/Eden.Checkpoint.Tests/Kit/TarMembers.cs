using System.Formats.Tar;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>An archive's members as System.Formats.Tar sees them, root included in the names, in order.</summary>
internal static class TarMembers
{
    public static Dictionary<string, byte[]> Read(byte[] archive)
    {
        var members = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var reader = new TarReader(new MemoryStream(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            members.Add(entry.Name, content.ToArray());
        }

        return members;
    }
}
