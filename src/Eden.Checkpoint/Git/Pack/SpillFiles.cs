using Microsoft.Win32.SafeHandles;

namespace Eden.Checkpoint.Git.Pack;

/// <summary>Temporary files for object contents that memory should not hold, in one private directory that is only made when needed. Thread-safe.</summary>
internal sealed class SpillFiles(string? parent) : IDisposable
{
    // Open files are scarce; an honest pack needs a handful, because bases are released heaviest child last.
    private const int MostOpen = 512;
    private readonly Lock _lock = new();
    private TemporaryDirectory? _directory;
    private int _made;

    public SafeFileHandle Create()
    {
        lock (_lock)
        {
            _directory ??= TemporaryDirectory.Create(parent);
            if (++_made > MostOpen && Directory.GetFiles(_directory.Path).Length > MostOpen)
            {
                throw new PackDamageException($"more than {MostOpen} large delta bases wait for one another", null, CheckpointRule.Limit);
            }

            return File.OpenHandle(
                _directory.File(_made.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                FileMode.CreateNew,
                FileAccess.ReadWrite,
                FileShare.None,
                FileOptions.DeleteOnClose);
        }
    }

    public void Dispose() => _directory?.Dispose();
}
