using Eden.Git.Objects;

namespace Eden.Git.Repositories;

/// <summary>Every ref of a repository, read once, in the order in which git's own bundles list them: by name, then HEAD, then the
/// HEADs of other worktrees.</summary>
internal sealed class RefSnapshot
{
    // As far as git itself follows symbolic refs.
    private const int MaxSymbolicDepth = 5;

    private readonly RepositoryLayout _layout;
    private readonly List<RefValue> _values;
    private readonly List<RefTip> _tips = [];
    private readonly List<string> _warnings = [];

    private RefSnapshot(RepositoryLayout layout, List<RefValue> values)
    {
        _layout = layout;
        _values = values;
    }

    /// <summary>Gets every ref that names an object.</summary>
    public IReadOnlyList<RefTip> Tips => _tips;

    /// <summary>Gets what was left out, and why.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Reads loose refs, then packed ones: a ref that a concurrent <c>git pack-refs</c> moves meanwhile is met in either place.</summary>
    /// <exception cref="GitException">A ref is broken; the message names it.</exception>
    public static RefSnapshot Read(RepositoryLayout layout, CancellationToken cancellationToken)
    {
        var loose = LooseRefs.Read(layout, cancellationToken);
        var packed = PackedRefs.Read(Path.Combine(layout.CommonDirectory, "packed-refs"), layout.Format);
        var snapshot = new RefSnapshot(layout, Merge(loose, packed));
        snapshot.Resolve(cancellationToken);
        return snapshot;
    }

    private static List<RefValue> Merge(List<RefValue> loose, List<RefValue> packed)
    {
        if (loose.Count == 0)
        {
            return packed;
        }

        var merged = new List<RefValue>(loose.Count + packed.Count);
        var next = 0;
        foreach (var value in loose)
        {
            while (next < packed.Count && string.CompareOrdinal(packed[next].Name, value.Name) is var order and <= 0)
            {
                if (order < 0)
                {
                    merged.Add(packed[next]);
                }

                next++;
            }

            merged.Add(value);
        }

        merged.AddRange(packed[next..]);
        return merged;
    }

    private void Resolve(CancellationToken cancellationToken)
    {
        _tips.EnsureCapacity(_values.Count + 1);
        foreach (var value in _values)
        {
            Add(value, _layout.GitDirectory);
        }

        cancellationToken.ThrowIfCancellationRequested();
        AddHead("HEAD", _layout.GitDirectory);
        if (_layout.GitDirectory != _layout.CommonDirectory)
        {
            AddHead("main-worktree/HEAD", _layout.CommonDirectory);
        }

        foreach (var directory in FindWorktrees())
        {
            AddHead($"worktrees/{Path.GetFileName(directory)}/HEAD", directory);
        }
    }

    private IEnumerable<string> FindWorktrees()
    {
        var worktrees = Path.Combine(_layout.CommonDirectory, "worktrees");
        return !Directory.Exists(worktrees) ? [] : Directory.GetDirectories(worktrees)
            .Where(directory => File.Exists(Path.Combine(directory, "gitdir")) && !IsCurrent(directory))
            .Order(StringComparer.Ordinal);
    }

    private bool IsCurrent(string directory) => Path.GetFileName(directory) == Path.GetFileName(_layout.GitDirectory)
        && Path.GetFileName(Path.GetDirectoryName(_layout.GitDirectory)) == "worktrees"
        && _layout.GitDirectory != _layout.CommonDirectory;

    /// <summary>An unborn HEAD names nothing and is left out without a word, as in git's bundles.</summary>
    private void AddHead(string name, string directory)
    {
        if (LooseRefs.TryReadOne(Path.Combine(directory, "HEAD"), name, _layout.Format, out var head)
            && Follow(head, directory) is { } target)
        {
            _tips.Add(new RefTip(name, target));
        }
    }

    private void Add(RefValue value, string directory)
    {
        if (value.SymbolicTarget is null)
        {
            _tips.Add(new RefTip(value.Name, value.Target));
        }
        else if (Follow(value, directory) is { } target)
        {
            _tips.Add(new RefTip(value.Name, target));
        }
        else
        {
            _warnings.Add($"The symbolic ref {RefText.Show(value.Name)} names {RefText.Show(value.SymbolicTarget)}, which does not exist; it was left out, as git does.");
        }
    }

    /// <summary>Follows symbolic refs to an object; null when the last one names a ref that does not exist.</summary>
    private ObjectHash? Follow(RefValue value, string directory)
    {
        var first = RefText.Show(value.Name);
        for (var depth = 0; depth <= MaxSymbolicDepth; depth++)
        {
            if (value.SymbolicTarget is not { } name)
            {
                return value.Target;
            }

            if (name != "HEAD" && !(name.StartsWith("refs/", StringComparison.Ordinal) && RefName.IsLegal(RefText.Encode(name))))
            {
                throw new GitDamagedException($"The ref {first} is broken: it leads to \"{RefText.Show(name)}\", which is no ref name.");
            }

            if (!TryFind(name, directory, out value))
            {
                return null;
            }
        }

        throw new GitDamagedException($"The ref {first} is broken: its symbolic refs go round in a circle or too deep.");
    }

    private bool TryFind(string name, string directory, out RefValue value)
    {
        if (name == "HEAD" || (directory != _layout.GitDirectory && LooseRefs.IsPerWorktree(name)))
        {
            return LooseRefs.TryReadOne(Path.Combine(directory, name), name, _layout.Format, out value);
        }

        var index = _values.BinarySearch(new RefValue(name, default, null), RefValue.ByName);
        value = index >= 0 ? _values[index] : default;
        return index >= 0;
    }
}
