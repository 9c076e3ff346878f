namespace Eden.Checkpoint.Tests.Kit;

/// <summary>The repository that the tests were built in.</summary>
internal static class SourceTree
{
    /// <summary>Gets its root, where the solution lies.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Eden.Checkpoint.sln")))
        {
            directory = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(directory))
                ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        }

        return directory;
    }
}
