using System.IO.Enumeration;
using Eden.Git.Objects;
using Eden.Shared;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Repositories;

/// <summary>Reads the refs that are files of their own. Each directory is listed once and each file read once.</summary>
/// <remarks>Names and paths are <see cref="RefText"/>: one that is not UTF-8 is opened by its bytes.</remarks>
internal static class LooseRefs
{
    private const int MaxBytes = 4096;

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Returns the loose refs of a worktree by name: the shared ones, and the worktree's own.</summary>
    /// <exception cref="GitException">A ref is broken; the message names it.</exception>
    public static List<RefValue> Read(RepositoryLayout layout, CancellationToken cancellationToken)
    {
        var values = new List<RefValue>();
        var isLinked = layout.GitDirectory != layout.CommonDirectory;
        Collect(layout.CommonDirectory, "refs", isLinked ? name => !IsPerWorktree(name) : _ => true, layout.Format, values, cancellationToken);
        if (isLinked)
        {
            Collect(layout.GitDirectory, "refs", IsPerWorktree, layout.Format, values, cancellationToken);
        }

        values.Sort(RefValue.ByName);
        return values;
    }

    /// <summary>Says whether every worktree has its own ref of that name.</summary>
    public static bool IsPerWorktree(string name)
        => name.StartsWith("refs/bisect/", StringComparison.Ordinal)
            || name.StartsWith("refs/worktree/", StringComparison.Ordinal)
            || name.StartsWith("refs/rewritten/", StringComparison.Ordinal);

    /// <summary>Reads one ref file; false when it is not there.</summary>
    /// <exception cref="GitException">The ref is broken.</exception>
    public static bool TryReadOne(string path, string name, GitObjectFormat format, out RefValue value)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        int length;
        try
        {
            using var file = Open(path);
            length = RandomAccess.Read(file, buffer, 0);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            value = default;
            return false;
        }
        catch (Exception failure) when (RefText.HasBytes(path) && failure is IOException or NotSupportedException)
        {
            throw Broken(name, $"its file cannot be read: {failure.Message}");
        }

        value = Parse(buffer[..length], name, format);
        return true;
    }

    private static RefValue Parse(ReadOnlySpan<byte> content, string name, GitObjectFormat format)
    {
        var text = content.TrimEnd(" \t\r\n"u8);
        if (text.StartsWith("ref:"u8) && content.Length < MaxBytes)
        {
            return new RefValue(name, default, RefText.Decode(text[4..].TrimStart(" \t"u8)));
        }

        var hex = format.HexLength();
        if (text.IsEmpty)
        {
            throw Broken(name, "its file is empty");
        }

        if (text.Length < hex
            || !ObjectHash.TryParse(text[..hex], out var target)
            || (text.Length > hex && !" \t\r\n"u8.Contains(text[hex])))
        {
            throw Broken(name, "its file holds no object id");
        }

        return target.IsZero ? throw Broken(name, "it names no object") : new RefValue(name, target, null);
    }

    private static void Collect(
        string root, string start, Func<string, bool> wanted, GitObjectFormat format, List<RefValue> values, CancellationToken cancellationToken)
    {
        var directories = new Stack<string>([start]);
        while (directories.TryPop(out var directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var (entry, isDirectory) in List(Path.Combine(root, directory)))
            {
                var name = $"{directory}/{entry}";
                if (entry[0] == '.' || entry.EndsWith(".lock", StringComparison.Ordinal))
                {
                    continue; // git's own temporary files
                }

                if (isDirectory)
                {
                    directories.Push(name);
                }
                else if (!RefName.IsLegal(RefText.Encode(name)))
                {
                    throw Broken(name, "its name is not legal");
                }
                else if (wanted(name) && TryReadOne(Path.Combine(root, name), name, format, out var value))
                {
                    values.Add(value);
                }
            }
        }
    }

    private static List<(string Name, bool IsDirectory)> List(string directory)
    {
        try
        {
            if (!RefText.HasBytes(directory))
            {
                List<(string Name, bool IsDirectory)> entries = [.. new FileSystemEnumerable<(string, bool)>(
                    directory, static (ref entry) => (entry.FileName.ToString(), entry.IsDirectory), s_everything)];
                if (!RawFiles.IsSupported || !entries.Exists(entry => entry.Name.Contains('\uFFFD', StringComparison.Ordinal)))
                {
                    return entries;
                }
            }

            // The base library has put U+FFFD for what is not UTF-8, or it stands there itself: the bytes tell.
            return RawFiles.List(RefText.Encode(directory)).ConvertAll(entry => (RefText.Decode(entry.Name), entry.IsDirectory));
        }
        catch (DirectoryNotFoundException)
        {
            return []; // git removes directories that pack-refs has emptied
        }
    }

    private static SafeFileHandle Open(string path)
        => !RefText.HasBytes(path) ? RepositoryFile.Open(path)
            : RawFiles.TryOpen(RefText.Encode(path)) ?? throw new FileNotFoundException();

    private static GitDamagedException Broken(string name, string fault) => new GitDamagedException($"The ref {RefText.Show(name)} is broken: {fault}.");
}
