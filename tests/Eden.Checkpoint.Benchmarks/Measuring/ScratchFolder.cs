namespace Eden.Checkpoint.Benchmarks;

/// <summary>A temporary folder of a benchmark, gone when it ends.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("eden-benchmark-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Removes what <c>ours</c> and <c>theirs</c> have left.</summary>
    public void Clear()
    {
        foreach (var path in (string[])[this["ours"], this["theirs"]])
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
