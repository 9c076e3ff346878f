namespace Eden.Git.Objects;

/// <summary>The four kinds of git objects, numbered as in a pack.</summary>
internal enum ObjectKind : byte
{
    None = 0,
    Commit = 1,
    Tree = 2,
    Blob = 3,
    Tag = 4,
}
