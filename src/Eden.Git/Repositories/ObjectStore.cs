using Eden.Git.Objects;
using Eden.Shared;

namespace Eden.Git.Repositories;

/// <summary>Every object of a repository and its alternates, listed once. Packs stay open, so what they hold stays readable whatever a
/// concurrent gc deletes; only loose objects may still vanish, and the smallest packs when there are more than a process may keep open.</summary>
/// <remarks>Multi-pack indexes, reverse indexes, bitmaps and commit graphs say nothing that packs and objects do not: they are not read.
/// Thread-safe.</remarks>
internal sealed class ObjectStore : IDisposable
{
    private readonly RepositoryPack[] _packs;

    private ObjectStore(GitObjectFormat format, RepositoryPack[] packs, LooseObjects loose)
    {
        Format = format;
        _packs = packs;
        Loose = loose;
    }

    public GitObjectFormat Format { get; }

    /// <summary>Gets the packs. Where two hold the same object the earlier one counts: larger packs come first, for their deltas' sake.</summary>
    public IReadOnlyList<RepositoryPack> Packs => _packs;

    public LooseObjects Loose { get; }

    /// <summary>Lists loose objects, then packs: what a concurrent gc moves from the one to the other is met in either place.</summary>
    /// <exception cref="GitException">An object directory is missing, a pack is damaged or belongs to a partial clone.</exception>
    public static ObjectStore Open(RepositoryLayout layout, CancellationToken cancellationToken)
    {
        var directories = layout.FindObjectDirectories();
        var loose = LooseObjects.List(directories, layout.Format, cancellationToken);
        var indexes = directories.SelectMany(directory => FindIndexes(Path.Combine(directory, "pack"))).ToList();
        var kept = Largest(indexes, OpenFileShare.Count);
        var packs = new List<RepositoryPack>();
        try
        {
            foreach (var index in indexes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (RepositoryPack.TryOpen(index, layout.Format, kept.Contains(index)) is { } pack)
                {
                    packs.Add(pack);
                }
            }
        }
        catch
        {
            packs.ForEach(pack => pack.Dispose());
            throw;
        }

        return new ObjectStore(
            layout.Format,
            [.. packs.OrderByDescending(pack => pack.Index.Count).ThenBy(pack => pack.Path, StringComparer.Ordinal)],
            loose);
    }

    /// <summary>Finds an object by its id.</summary>
    public bool TryFind(ObjectHash id, out ObjectLocation location)
    {
        Span<byte> name = stackalloc byte[Format.HashLength()];
        id.CopyTo(name);
        return TryFind(name, out location);
    }

    /// <summary>Finds an object by its raw id.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out ObjectLocation location)
    {
        for (var number = 0; number < _packs.Length; number++)
        {
            var rank = _packs[number].Index.Find(name);
            if (rank >= 0)
            {
                location = new ObjectLocation(number, rank);
                return true;
            }
        }

        var position = Loose.Count == 0 ? -1 : Loose.Find(ObjectHash.FromBytes(name));
        location = new ObjectLocation(_packs.Length, position);
        return position >= 0;
    }

    /// <summary>Returns the copy of a pack's object that counts: the same object may be in an earlier pack too, or earlier in the same one.</summary>
    public ObjectLocation Canonical(int number, int rank)
    {
        var index = _packs[number].Index;
        var name = index.Name(rank);
        for (var earlier = 0; earlier < number; earlier++)
        {
            if (_packs[earlier].Index.Find(name) is var found and >= 0)
            {
                return new ObjectLocation(earlier, found);
            }
        }

        return new ObjectLocation(number, index.HasDuplicates ? index.Find(name) : rank);
    }

    public bool IsLoose(ObjectLocation location) => location.Source == _packs.Length;

    public ObjectHash Id(ObjectLocation location)
        => IsLoose(location) ? Loose.Id(location.Rank) : _packs[location.Source].Id(location.Rank);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pack in _packs)
        {
            pack.Dispose();
        }
    }

    private static HashSet<string> Largest(List<string> indexes, int most)
        => (indexes.Count <= most ? indexes : indexes.OrderByDescending(Length).Take(most)).ToHashSet(StringComparer.Ordinal);

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static List<string> FindIndexes(string directory)
    {
        var indexes = new List<string>();
        try
        {
            foreach (var file in Directory.EnumerateFiles(directory))
            {
                if (file.EndsWith(".promisor", StringComparison.Ordinal))
                {
                    throw new GitUnsupportedException(
                        $"The repository is a partial clone (promisor pack \"{file}\"): objects that it left at its remote cannot be bundled.");
                }

                if (file.EndsWith(".idx", StringComparison.Ordinal))
                {
                    indexes.Add(file);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // A repository without packs need not have the directory.
        }

        indexes.Sort(StringComparer.Ordinal);
        return indexes;
    }
}
