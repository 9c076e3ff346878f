using Microsoft.Win32.SafeHandles;

namespace Eden.Git.Packs;

/// <summary>The pack inside a bundle file, read at any offset. Offsets count from the start of the pack. Reading is thread-safe.</summary>
internal class PackFile(SafeFileHandle handle, long start, long length, int trailerLength)
{
    /// <summary>Gets the length with the trailer.</summary>
    public virtual long Length => length;

    /// <summary>Gets where the trailer begins: entries must end exactly there.</summary>
    public virtual long EntriesEnd => length - trailerLength;

    /// <summary>Fills as much of the destination as there are bytes left in the pack.</summary>
    public virtual int Read(long offset, Span<byte> destination)
    {
        var wanted = (int)Math.Min(destination.Length, Math.Max(0, length - offset));
        var filled = 0;
        while (filled < wanted)
        {
            var read = RandomAccess.Read(handle, destination[filled..wanted], start + offset + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}
