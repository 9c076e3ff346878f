using System.Text;
using Eden.Git.Objects;
using Eden.Git.Repositories;
using Eden.Shared;

namespace Eden.Git.Sync;

/// <summary>The refs of a clone that mirrors its remote, read from and written to its files.</summary>
/// <remarks>Names are <see cref="RefText"/>. libgit2 writes one file per ref, trips over a branch that became a folder of branches, and refuses repositories of another user. A
/// mirror's refs are exactly the remote's, so one new <c>packed-refs</c> replaces them all at once.</remarks>
internal static class MirrorRefs
{
    private const string Packed = "packed-refs";
    private static readonly EnumerationOptions s_everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Reads every ref below <c>refs/</c>; a symbolic one has its <c>ref: …</c> text for a value, which equals no object's name.</summary>
    public static Dictionary<string, string> Read(string repository)
    {
        var refs = new Dictionary<string, string>(StringComparer.Ordinal);
        var packed = Path.Combine(repository, Packed);
        if (File.Exists(packed))
        {
            // Latin-1 has a character for each byte.
            using var lines = new StreamReader(RepositoryFile.OpenStream(packed), Encoding.Latin1, false, 1 << 16);
            while (lines.ReadLine() is { } line)
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                if (space > 0 && line[0] is not ('#' or '^'))
                {
                    var name = line[(space + 1)..];
                    refs[Ascii.IsValid(name) ? name : RefText.Decode(Encoding.Latin1.GetBytes(name))] = line[..space];
                }
            }
        }

        foreach (var file in LooseFiles(repository))
        {
            if (!file.EndsWith(".lock", StringComparison.Ordinal))
            {
                refs[NameOf(repository, file)] = RepositoryFile.ReadText(file).Trim();
            }
        }

        return refs;
    }

    /// <summary>Makes <paramref name="refs"/> the refs of the repository, and no others.</summary>
    public static void Replace(string repository, IEnumerable<KeyValuePair<string, string>> refs)
    {
        var packed = Path.Combine(repository, Packed);
        var locked = packed + ".lock";
        using (var file = new FileStream(locked, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
        {
            try
            {
                WritePacked(file, refs);
            }
            catch
            {
                file.Dispose();
                File.Delete(locked);
                throw;
            }
        }

        File.Move(locked, packed, overwrite: true);

        // A loose file hides the packed entry of the same name.
        var folder = Path.Combine(repository, "refs");
        foreach (var file in LooseFiles(repository).ToArray())
        {
            File.Delete(file);
        }

        foreach (var child in Directory.EnumerateDirectories(folder).ToArray())
        {
            Directory.Delete(child, recursive: true);
        }

        Directory.CreateDirectory(Path.Combine(folder, "heads"));
        Directory.CreateDirectory(Path.Combine(folder, "tags"));
    }

    /// <summary>Writes a <c>packed-refs</c> file and forces it to disk.</summary>
    public static void WritePacked(FileStream file, IEnumerable<KeyValuePair<string, string>> refs)
    {
        // git looks names up by bisection: the order is that of the bytes.
        var lines = refs.Select(entry => (Key: RefText.Encode(entry.Key), entry.Value)).ToArray();
        Array.Sort(lines, static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        file.Write("# pack-refs with: sorted \n"u8);
        foreach (var (name, value) in lines)
        {
            file.Write(Encoding.ASCII.GetBytes(value));
            file.WriteByte((byte)' ');
            file.Write(name);
            file.WriteByte((byte)'\n');
        }

        file.Flush(flushToDisk: true);
    }

    /// <summary>Points <c>HEAD</c> to a ref, or at an object for a remote whose <c>HEAD</c> is detached.</summary>
    public static void WriteHead(string repository, string content)
    {
        var head = Path.Combine(repository, "HEAD");
        var bytes = RefText.Encode(content + "\n");
        if (!File.Exists(head) || !RepositoryFile.ReadBytes(head).AsSpan().SequenceEqual(bytes))
        {
            FlushedFile.Replace(head, bytes);
        }
    }

    private static IEnumerable<string> LooseFiles(string repository)
        => Directory.EnumerateFiles(Path.Combine(repository, "refs"), "*", s_everything);

    private static string NameOf(string repository, string file)
        => Path.GetRelativePath(repository, file).Replace(Path.DirectorySeparatorChar, '/');
}
