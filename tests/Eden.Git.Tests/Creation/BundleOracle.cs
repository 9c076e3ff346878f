using Eden.Checkpoint.Tests.Kit;

namespace Eden.Git.Tests.Creation;

/// <summary>Makes bundles by the engine and reads them by real git.</summary>
internal static class BundleOracle
{
    internal static async Task<GitBundleCreateResult> CreateAsync(string repository, string bundle, GitBundleCreateOptions? options = null)
    {
        await using var file = new FileStream(bundle, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        return await GitBundle.CreateAsync(repository, file, options);
    }

    /// <summary>Restores a bundle as a mirror and has git check every object of it.</summary>
    internal static async Task<string> CloneAsync(TempFolder folder, string repository, string bundle)
    {
        var clone = folder[$"clone-{Path.GetFileName(bundle)}"];
        if (await GitCli.RunAsync(repository, "rev-parse", "--show-object-format") == "sha1")
        {
            await GitCli.RunAsync(folder.Path, "clone", "-q", "--mirror", bundle, clone);
        }
        else
        {
            // git clone itself does not look at a bundle's object format before it makes the repository.
            await GitCli.RunAsync(folder.Path, "init", "-q", "--bare", "--object-format=sha256", clone);
            await GitCli.RunAsync(clone, "fetch", "-q", bundle, "+refs/*:refs/*");
        }

        await GitCli.RunAsync(clone, "fsck", "--full", "--no-dangling");
        return clone;
    }

    internal static async Task<string[]> LinesAsync(string directory, params string[] command)
        => (await GitCli.RunAsync(directory, command)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
