using Eden.Git.Objects;
using Eden.Git.Packs;

namespace Eden.Git.Bundles;

/// <summary>Gives a checked pack its name and its index.</summary>
internal static class PackPlacement
{
    /// <summary>Writes the index and renames the pack, as git names packs and protects them. A pack without objects is deleted.</summary>
    /// <param name="packPath">The pack, in the same file system.</param>
    /// <param name="packs">The folder of packs.</param>
    /// <param name="resolver">The pack's objects.</param>
    /// <param name="checksum">The pack's checksum.</param>
    /// <param name="cancellationToken">Observed before the index is written.</param>
    public static void Place(string packPath, string packs, PackResolver resolver, ObjectHash checksum, CancellationToken cancellationToken)
    {
        if (resolver.Entries.Count == 0)
        {
            File.Delete(packPath);
            return;
        }

        var name = Path.Combine(packs, $"pack-{checksum.ToHex(resolver.Format)}");
        if (File.Exists(name + ".pack") && File.Exists(name + ".idx"))
        {
            // The same bytes came before.
            File.Delete(packPath);
            return;
        }

        PackIndexWriter.Write(packPath, name + ".idx", resolver, checksum, cancellationToken);
        File.Move(packPath, name + ".pack");
        MakeReadOnly(name + ".pack");
        MakeReadOnly(name + ".idx");
    }

    // As git leaves its packs.
    private static void MakeReadOnly(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }
}
