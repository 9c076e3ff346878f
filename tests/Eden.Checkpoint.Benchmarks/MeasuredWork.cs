using System.Globalization;
using Eden.Git;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>The pieces of work that are measured, each in a process that does nothing else.</summary>
internal static class MeasuredWork
{
    /// <summary>Does the work that the arguments name, which begin with what it is.</summary>
    public static Task RunAsync(IReadOnlyList<string> work, CancellationToken cancellationToken) => work switch
    {
        ["verify-commits", var bundle] => EngineWork.VerifyAsync(bundle, GitVerification.Commits, cancellationToken),
        ["verify-objects", var bundle] => EngineWork.VerifyAsync(bundle, GitVerification.Objects, cancellationToken),
        ["restore", var bundle, var repository] => GitBundle.RestoreAsync(bundle, repository, cancellationToken: cancellationToken),
        ["create", var repository, var bundle] => EngineWork.CreateAsync(repository, bundle, cancellationToken),
        ["sync", var url, var clone] => LocalClone.EnsureAsync(clone, url, cancellationToken: cancellationToken),
        ["export", var repository, var archive] => StoreWork.ExportAsync(repository, archive, cancellationToken),
        ["verify", var archive] => StoreWork.VerifyAsync(archive, cancellationToken),
        ["import", var archive, var repository] => StoreWork.ImportAsync(archive, repository, cancellationToken),
        ["compare", var archive, var repository] => StoreWork.CompareAsync(archive, repository, cancellationToken),
        ["credentials", var workers] => StoreWork.IssueCredentialsAsync(int.Parse(workers, CultureInfo.InvariantCulture), cancellationToken),
        _ => throw new ArgumentException($"There is no such work: {string.Join(' ', work)}."),
    };
}
