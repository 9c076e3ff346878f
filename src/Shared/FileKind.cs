namespace Eden.Shared;

/// <summary>The kinds of files that differ for us.</summary>
internal enum FileKind
{
    /// <summary>A plain file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A device, a pipe or a socket.</summary>
    Special,
}
