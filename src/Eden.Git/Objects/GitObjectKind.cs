namespace Eden.Git;

/// <summary>The four kinds of git objects.</summary>
public enum GitObjectKind
{
    /// <summary>A commit.</summary>
    Commit = 1,

    /// <summary>A tree: one directory.</summary>
    Tree = 2,

    /// <summary>A blob: the content of a file.</summary>
    Blob = 3,

    /// <summary>An annotated tag.</summary>
    Tag = 4,
}
