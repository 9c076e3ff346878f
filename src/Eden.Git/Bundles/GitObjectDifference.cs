namespace Eden.Git;

/// <summary>An object that only one of two sets has.</summary>
public readonly struct GitObjectDifference
{
    private readonly GitObjectSet _set;
    private readonly int _index;

    internal GitObjectDifference(GitObjectSet set, int index, bool isOnlyInLeft)
    {
        _set = set;
        _index = index;
        IsOnlyInLeft = isOnlyInLeft;
    }

    /// <summary>Gets a value indicating whether the left set has it, and not the right one.</summary>
    public bool IsOnlyInLeft { get; }

    /// <summary>Gets the object's id in lowercase hex.</summary>
    public string Id => _set.IdAt(_index);

    /// <summary>Gets the object's kind.</summary>
    public GitObjectKind Kind => _set.KindAt(_index);
}
