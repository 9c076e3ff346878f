using System.Text;

namespace Eden.Git.Repositories;

/// <summary>Where the parts of a repository are: its own directory, the one it shares with its worktrees, and every object directory.</summary>
/// <remarks>Who owns the files does not matter: the caller configured this path.</remarks>
internal sealed class RepositoryLayout
{
    // As deep as git itself follows alternates.
    private const int MaxAlternateDepth = 5;
    private const int MaxObjectDirectories = 1024;
    private const int MaxSmallFileBytes = 1 << 20;

    private RepositoryLayout(string gitDirectory, string commonDirectory, GitObjectFormat format)
    {
        GitDirectory = gitDirectory;
        CommonDirectory = commonDirectory;
        Format = format;
    }

    /// <summary>Gets the directory with this worktree's HEAD.</summary>
    public string GitDirectory { get; }

    /// <summary>Gets the directory with the refs and objects; equal to <see cref="GitDirectory"/> except in a linked worktree.</summary>
    public string CommonDirectory { get; }

    /// <summary>Gets the hash function that names the repository's objects.</summary>
    public GitObjectFormat Format { get; }

    /// <summary>Finds the repository at a path: a bare repository, a worktree with a <c>.git</c> directory or file.</summary>
    /// <exception cref="GitException">There is no repository, or one that cannot be bundled whole; the message says which.</exception>
    public static RepositoryLayout Open(string path)
    {
        var full = Path.GetFullPath(path);
        if (!Directory.Exists(full))
        {
            throw new GitRepositoryNotFoundException($"There is no directory \"{full}\" to bundle.");
        }

        var gitDirectory = FindGitDirectory(full)
            ?? throw new GitRepositoryNotFoundException($"The directory \"{full}\" is not a git repository.");
        var common = FindCommonDirectory(gitDirectory);
        return new RepositoryLayout(gitDirectory, common, CheckFormat(common));
    }

    /// <summary>Lists the repository's own object directory and its alternates, own first, each once.</summary>
    /// <exception cref="GitException">An alternate is missing or nested too deeply.</exception>
    public IReadOnlyList<string> FindObjectDirectories()
    {
        var found = new List<string>();
        Add(Path.Combine(CommonDirectory, "objects"), 0);
        return found;

        void Add(string directory, int depth)
        {
            if (found.Contains(directory))
            {
                return;
            }

            if (depth > MaxAlternateDepth || found.Count == MaxObjectDirectories)
            {
                throw new GitUnsupportedException($"The repository's alternates are nested too deeply, at \"{directory}\".");
            }

            if (!Directory.Exists(directory))
            {
                throw new GitDamagedException($"The object directory \"{directory}\" does not exist.");
            }

            found.Add(directory);
            foreach (var line in ReadSmallFile(Path.Combine(directory, "info", "alternates"))?.Split('\n') ?? [])
            {
                if (line.Length > 0 && line[0] != '#')
                {
                    Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(UnquotePath(line), directory)), depth + 1);
                }
            }
        }
    }

    /// <summary>Reads a small text file; null when there is none.</summary>
    internal static string? ReadSmallFile(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: > MaxSmallFileBytes } file
                ? throw new GitException($"The file \"{path}\" has {file.Length} bytes, more than such a file can sensibly have.")
                : RepositoryFile.ReadText(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string? FindGitDirectory(string path)
    {
        var dotGit = Path.Combine(path, ".git");
        if (IsGitDirectory(dotGit))
        {
            return dotGit;
        }

        if (!Directory.Exists(dotGit) && ReadSmallFile(dotGit) is { } link)
        {
            const string prefix = "gitdir: ";
            var target = link.StartsWith(prefix, StringComparison.Ordinal) ? link[prefix.Length..].TrimEnd('\n', '\r') : "";
            var directory = target.Length == 0 ? "" : Path.GetFullPath(target, path);
            return IsGitDirectory(directory)
                ? directory
                : throw new GitRepositoryNotFoundException($"The file \"{dotGit}\" does not lead to a git repository.");
        }

        return IsGitDirectory(path) ? path : null;
    }

    private static bool IsGitDirectory(string path)
    {
        if (path.Length == 0 || (!File.Exists(Path.Combine(path, "HEAD")) && new FileInfo(Path.Combine(path, "HEAD")).LinkTarget is null))
        {
            return false;
        }

        return File.Exists(Path.Combine(path, "commondir"))
            || (Directory.Exists(Path.Combine(path, "objects")) && Directory.Exists(Path.Combine(path, "refs")));
    }

    private static string FindCommonDirectory(string gitDirectory)
    {
        if (ReadSmallFile(Path.Combine(gitDirectory, "commondir"))?.TrimEnd('\n', '\r') is not { } link)
        {
            return gitDirectory;
        }

        var common = Path.TrimEndingDirectorySeparator(Path.GetFullPath(link, gitDirectory));
        return Directory.Exists(Path.Combine(common, "objects")) && Directory.Exists(Path.Combine(common, "refs"))
            ? common
            : throw new GitRepositoryNotFoundException($"The linked worktree's repository \"{common}\" is not there.");
    }

    private static GitObjectFormat CheckFormat(string common)
    {
        GitObjectFormat format;
        try
        {
            format = RepositoryFormat.Read(GitConfigFile.Parse(ReadSmallFile(Path.Combine(common, "config")) ?? ""));
        }
        catch (FormatException malformed)
        {
            throw new GitDamagedException($"The repository's config is malformed, {malformed.Message}.", malformed);
        }

        if (Directory.Exists(Path.Combine(common, "reftable")))
        {
            throw new GitUnsupportedException("The repository keeps its refs in reftable files, which is not supported.");
        }

        return !string.IsNullOrWhiteSpace(ReadSmallFile(Path.Combine(common, "shallow")))
            ? throw new GitUnsupportedException("The repository is a shallow clone: its history is cut off, so it cannot be bundled whole.")
            : format;
    }

    /// <summary>An alternate's path may be in C-style double quotes.</summary>
    private static string UnquotePath(string line)
    {
        line = line.TrimEnd('\r');
        if (line.Length < 2 || line[0] != '"' || line[^1] != '"')
        {
            return line;
        }

        var bytes = new List<byte>();
        var inner = Encoding.UTF8.GetBytes(line[1..^1]);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] != '\\' || ++i == inner.Length)
            {
                bytes.Add(inner[Math.Min(i, inner.Length - 1)]);
                continue;
            }

            var simple = "abfnrtv".IndexOf((char)inner[i], StringComparison.Ordinal);
            if (simple >= 0)
            {
                bytes.Add((byte)"\a\b\f\n\r\t\v"[simple]);
            }
            else if (i + 2 < inner.Length && inner[i] is >= (byte)'0' and <= (byte)'3' && IsOctal(inner[i + 1]) && IsOctal(inner[i + 2]))
            {
                bytes.Add((byte)(((inner[i] - '0') << 6) | ((inner[i + 1] - '0') << 3) | (inner[i + 2] - '0')));
                i += 2;
            }
            else
            {
                bytes.Add(inner[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);

        static bool IsOctal(byte digit) => digit is >= (byte)'0' and <= (byte)'7';
    }
}
