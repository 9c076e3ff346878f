using Eden.Git.Bundles;
using Eden.Shared;

namespace Eden.Git;

public static partial class GitBundle
{
    /// <summary>Writes everything that the refs of a repository reach as one bundle: version 2 for SHA-1, version 3 for SHA-256, no prerequisites.</summary>
    /// <remarks>
    /// <para>Refs are listed by name, then HEAD when it resolves, then the HEADs of other worktrees, as <c>git bundle create --all</c> does. Objects
    /// that no ref reaches are left out.</para>
    /// <para>Works on plain and bare repositories, linked worktrees and alternates, on what gc, repack and fetch leave behind, and while they
    /// run: the bundle is whole or the call fails. Who owns the files does not matter.</para>
    /// <para>Memory: some tens of bytes for each object and ref, and fixed windows.</para>
    /// </remarks>
    /// <param name="repositoryPath">A bare repository, or a worktree.</param>
    /// <param name="destination">Writable, need not seek, written asynchronously and in order, left open. After a failure it may hold a truncated bundle to discard.</param>
    /// <param name="options">Additional refs, ceilings and progress; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per megabyte written and every few thousand objects walked.</param>
    /// <returns>Counts and warnings. When the repository has no refs, nothing was written.</returns>
    /// <exception cref="GitException">There is no repository at that path; or it is shallow, partial, corrupt, lacks an
    /// object, has a broken ref, or is of a format that is not supported. The message says which.</exception>
    public static Task<GitBundleCreateResult> CreateAsync(
        string repositoryPath, Stream destination, GitBundleCreateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.CanWrite)
        {
            throw new ArgumentException("The destination is not writable.", nameof(destination));
        }

        // Reading and walking block on files for seconds: that belongs on the pool, whoever calls.
        return Task.Run(
            () => BundleCreation.RunAsync(repositoryPath, destination, options ?? new GitBundleCreateOptions(), cancellationToken),
            cancellationToken);
    }

    /// <summary>Writes everything that the refs of a repository reach as one bundle into a file, which appears whole or not at all: written aside in
    /// the same directory, flushed to disk, renamed.</summary>
    /// <param name="repositoryPath">A bare repository, or a worktree.</param>
    /// <param name="bundlePath">The file. One that exists is replaced, at the end; symbolic links are followed.</param>
    /// <param name="options">Additional refs, ceilings and progress; <see langword="null"/> selects the defaults.</param>
    /// <param name="cancellationToken">Observed at least once per megabyte written and every few thousand objects walked.</param>
    /// <returns>Counts and warnings. When the repository has no refs, the file has no bytes.</returns>
    /// <exception cref="GitException">There is no repository at that path; or it is shallow, partial, corrupt, lacks an object, has a broken ref, or is of a format that is not supported.</exception>
    /// <exception cref="ArgumentException">At the path is a directory, or a device, a pipe or a socket: open those as streams.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory to write into is not there.</exception>
    public static Task<GitBundleCreateResult> CreateAsync(
        string repositoryPath, string bundlePath, GitBundleCreateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        return AtomicFile.WriteAsync(
            AtomicFile.Target(bundlePath, nameof(bundlePath)), (file, token) => CreateAsync(repositoryPath, file, options, token), cancellationToken);
    }
}
