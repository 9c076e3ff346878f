using Eden.Checkpoint.Import;
using Eden.Checkpoint.Model;
using Eden.Checkpoint.Repositories;
using Eden.Git;

namespace Eden.Checkpoint;

/// <summary>Bundles a repository on this machine as it is; nothing is synced and the repository is not changed.</summary>
/// <remarks>Thread-safe. Making one looks at nothing: a missing repository is an error of the export, not of the start-up. A repository without
/// any ref gives the zero-byte placeholder, with a warning; one that is missing, shallow, partial or broken is an error.</remarks>
/// <example>
/// <code>
/// var bundles = new LocalRepoBundleProvider(repositoryPath);
/// using var bundle = await bundles.CreateBundleAsync(new RepoBundleRequest(experimentId, DateTimeOffset.UtcNow), cancellationToken);
/// Console.WriteLine($"{bundle.Length} bytes");
/// </code>
/// </example>
public sealed class LocalRepoBundleProvider : IRepoBundleProvider
{
    private readonly LocalRepoBundleOptions _options;

    /// <summary>Creates a provider for a repository.</summary>
    /// <param name="repositoryPath">A bare repository, or a worktree.</param>
    /// <param name="options">Ceilings and the like; <see langword="null"/> selects the defaults.</param>
    public LocalRepoBundleProvider(string repositoryPath, LocalRepoBundleOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(repositoryPath);
        RepositoryPath = Path.GetFullPath(repositoryPath);
        _options = options ?? new LocalRepoBundleOptions();
    }

    /// <summary>Gets the repository's full path.</summary>
    public string RepositoryPath { get; }

    /// <inheritdoc/>
    public Task<RepoBundle> CreateBundleAsync(RepoBundleRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.Run(
            async () =>
            {
                try
                {
                    if (!UnfinishedImport.TryFinish(RepositoryPath, request.ImportedFrom))
                    {
                        LocalClone.RefuseReserved(RepositoryPath);
                    }

                    return await RepositoryBundler.BundleAsync(RepositoryPath, request, _options, cancellationToken).ConfigureAwait(false);
                }
                catch (GitException failure)
                {
                    throw failure.ToUnavailable();
                }
            },
            cancellationToken);
    }
}
