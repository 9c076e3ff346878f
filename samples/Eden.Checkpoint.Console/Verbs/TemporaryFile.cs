namespace Eden.Checkpoint.ConsoleHost.Verbs;

/// <summary>Makes files that only their owner may read and that are gone when they are closed.</summary>
internal static class TemporaryFile
{
    public static FileStream Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = 1 << 16,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(Path.Combine(Path.GetTempPath(), $"eden-checkpoint-{Guid.NewGuid():N}"), options);
        if (!OperatingSystem.IsWindows())
        {
            // At once: nothing is left when the process is killed.
            File.Delete(file.Name);
        }

        return file;
    }
}
