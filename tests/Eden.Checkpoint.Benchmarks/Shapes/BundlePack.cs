using System.Buffers.Binary;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>git's bundle of a repository, and its pack as a file of its own: what <c>git index-pack</c> reads.</summary>
internal static class BundlePack
{
    /// <summary>Makes both; the pack is there when everything is.</summary>
    public static async Task CreateAsync(string repository, string bundle, string pack, CancellationToken cancellationToken)
    {
        await MeasuredProcess.GitAsync(cancellationToken, "-C", repository, "bundle", "create", "--quiet", bundle, "--all");
        var unfinished = pack + ".new";
        Copy(bundle, unfinished);
        File.Move(unfinished, pack, overwrite: true);
    }

    /// <summary>Reads a pack's number of objects.</summary>
    public static long CountObjects(string pack)
    {
        using var file = File.OpenRead(pack);
        Span<byte> header = stackalloc byte[12];
        file.ReadExactly(header);
        return BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
    }

    private static void Copy(string bundle, string pack)
    {
        using var source = File.OpenRead(bundle);
        for (int before = 0, current = source.ReadByte(); (before, current) != ('\n', '\n') && current >= 0; (before, current) = (current, source.ReadByte()))
        {
            // The header: it ends with an empty line.
        }

        using var target = File.Create(pack);
        source.CopyTo(target);
    }
}
