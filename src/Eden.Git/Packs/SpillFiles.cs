using Eden.Shared;
using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Packs;

/// <summary>Temporary files for object contents that memory should not hold, in one private directory that is only made when needed. Thread-safe.</summary>
internal sealed class SpillFiles(string? parent) : IDisposable
{
    private readonly Lock _lock = new();
    private TemporaryDirectory? _directory;
    private int _made;

    public SafeFileHandle Create()
    {
        lock (_lock)
        {
            _directory ??= TemporaryDirectory.Create(parent);
            return File.OpenHandle(
                _directory.File((++_made).ToString(System.Globalization.CultureInfo.InvariantCulture)),
                FileMode.CreateNew,
                FileAccess.ReadWrite,
                FileShare.None,
                FileOptions.DeleteOnClose);
        }
    }

    public void Dispose() => _directory?.Dispose();
}
