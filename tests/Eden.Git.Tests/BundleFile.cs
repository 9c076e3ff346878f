using Eden.Checkpoint.Tests.Kit;

namespace Eden.Git.Tests;

/// <summary>A bundle in a file, which goes away with this when it was made for it.</summary>
internal sealed class BundleFile : IDisposable
{
    private readonly TempFolder? _folder;

    private BundleFile(string path, TempFolder? folder) => (Path, _folder) = (path, folder);

    public string Path { get; }

    public static implicit operator string(BundleFile file) => file.Path;

    public static BundleFile At(string path) => new(path, null);

    public static BundleFile Of(ReadOnlySpan<byte> content)
    {
        var folder = new TempFolder();
        File.WriteAllBytes(folder["x.bundle"], content);
        return new BundleFile(folder["x.bundle"], folder);
    }

    public void Dispose() => _folder?.Dispose();
}
