using System.IO.Enumeration;
using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>The loose objects of a repository and its alternates, listed once: each directory is read once, no file is touched.</summary>
/// <remarks>The empty tree is always among them. Git knows it without a file, so repositories name it and do not have it: <c>git commit-tree</c> of its
/// well-known id is how empty commits are made.</remarks>
internal sealed class LooseObjects
{
    private const int BuiltIn = -1;

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private readonly GitObjectFormat _format;
    private readonly IReadOnlyList<string> _directories;
    private readonly ObjectHash[] _ids;
    private readonly int[] _directoryOf;

    private LooseObjects(GitObjectFormat format, IReadOnlyList<string> directories, ObjectHash[] ids, int[] directoryOf)
    {
        _format = format;
        _directories = directories;
        _ids = ids;
        _directoryOf = directoryOf;
    }

    /// <summary>Gets the number of loose objects.</summary>
    public int Count => _ids.Length;

    public static LooseObjects List(IReadOnlyList<string> objectDirectories, GitObjectFormat format, CancellationToken cancellationToken)
    {
        var found = new Dictionary<ObjectHash, int>();
        for (var directory = 0; directory < objectDirectories.Count; directory++)
        {
            foreach (var fanOut in Names(objectDirectories[directory], directories: true))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (fanOut.Length != 2 || !char.IsAsciiHexDigitLower(fanOut[0]) && !char.IsAsciiDigit(fanOut[0]))
                {
                    continue;
                }

                foreach (var name in Names(Path.Combine(objectDirectories[directory], fanOut), directories: false))
                {
                    if (name.Length == format.HexLength() - 2 && ObjectHash.TryParse(fanOut + name, out var id))
                    {
                        found.TryAdd(id, directory);
                    }
                }
            }
        }

        found.TryAdd(format.Hash("tree 0\0"u8), BuiltIn);
        var ids = found.Keys.ToArray();
        var directoryOf = found.Values.ToArray();
        Array.Sort(ids, directoryOf);
        return new LooseObjects(format, objectDirectories, ids, directoryOf);
    }

    public ObjectHash Id(int position) => _ids[position];

    /// <summary>Returns the place of an object in the list, or -1.</summary>
    public int Find(ObjectHash id) => _ids.Length == 0 ? -1 : Math.Max(-1, Array.BinarySearch(_ids, id));

    /// <summary>Opens an object; the caller disposes it.</summary>
    /// <exception cref="RepositoryChangedException">The file is gone.</exception>
    /// <exception cref="GitException">The file is damaged.</exception>
    public LooseObject Open(int position)
    {
        if (_directoryOf[position] == BuiltIn)
        {
            return LooseObject.EmptyTree(_ids[position]);
        }

        var hex = _ids[position].ToHex(_format);
        var path = Path.Combine(_directories[_directoryOf[position]], hex[..2], hex[2..]);
        return LooseObject.Open(path, _ids[position]);
    }

    private static List<string> Names(string directory, bool directories)
    {
        try
        {
            return [.. new FileSystemEnumerable<string>(directory, static (ref entry) => entry.FileName.ToString(), s_everything)
            {
                ShouldIncludePredicate = (ref entry) => entry.IsDirectory == directories,
            }];
        }
        catch (DirectoryNotFoundException)
        {
            return []; // git removes directories that it has emptied
        }
    }
}
