namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A folder of a test's own, gone with everything in it at the end.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder()
        : this(Directory.CreateTempSubdirectory("eden-test-").FullName)
    {
    }

    /// <summary>Takes over a folder that is there.</summary>
    public TempFolder(string path) => Path = path;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            // git makes its packs read-only.
            if (!OperatingSystem.IsWindows() && File.ResolveLinkTarget(file, false) is null)
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        Directory.Delete(Path, recursive: true);
    }
}
