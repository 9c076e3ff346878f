using Eden.Checkpoint.Format.Archive;

namespace Eden.Checkpoint;

/// <summary>One member of an archive that is being read: a file, or an explicit directory. Valid until the next one is asked for.</summary>
public sealed class CheckpointArchiveMember
{
    private readonly MemberContentStream _content;

    internal CheckpointArchiveMember(string path, long length, bool isDirectory, MemberContentStream content)
    {
        Path = path;
        Length = length;
        IsDirectory = isDirectory;
        _content = content;
    }

    /// <summary>Gets the path under the archive's root, <c>/</c>-separated, without a slash at either end.</summary>
    public string Path { get; }

    /// <summary>Gets the length of the content, in bytes; 0 for a directory.</summary>
    public long Length { get; }

    /// <summary>Gets a value indicating whether the member is a directory.</summary>
    public bool IsDirectory { get; }

    /// <summary>Gets the content: forward-only, asynchronous reads only. Reading throws <see cref="CheckpointInvalidException"/> when the
    /// archive is cut inside the member, and <see cref="ObjectDisposedException"/> once the next member has been asked for.</summary>
    public Stream Content => _content;

    internal void Expire() => _content.Expire();
}
