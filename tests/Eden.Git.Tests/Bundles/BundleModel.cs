using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>A bundle taken apart: header lines, refs, and pack entries with their inflated content. Whatever is changed, the rest is put together
/// around it so that sizes, counts, distances and checksums are right: only the change itself is wrong.</summary>
internal sealed class BundleModel
{
    private BundleModel(GitObjectFormat format) => Format = format;

    public GitObjectFormat Format { get; }

    public string Signature { get; set; } = "";

    /// <summary>Gets capabilities and prerequisites as they stand.</summary>
    public List<string> ExtraLines { get; private init; } = [];

    public List<(string Id, string Name)> Refs { get; private init; } = [];

    public List<BundleModelEntry> Entries { get; private init; } = [];

    public uint PackVersion { get; set; } = 2;

    public uint? DeclaredCount { get; set; }

    /// <summary>Gets or sets what stands between the last entry and the checksum.</summary>
    public byte[] Padding { get; set; } = [];

    public static BundleModel Parse(byte[] bundle)
    {
        var end = bundle.AsSpan().IndexOf("\n\nPACK"u8);
        var lines = Encoding.UTF8.GetString(bundle.AsSpan(0, end)).Split('\n');
        var format = lines.Contains("@object-format=sha256") ? GitObjectFormat.Sha256 : GitObjectFormat.Sha1;
        var model = new BundleModel(format) { Signature = lines[0] };
        foreach (var line in lines[1..])
        {
            if (line[0] is '@' or '-')
            {
                model.ExtraLines.Add(line);
            }
            else
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                model.Refs.Add((line[..space], line[(space + 1)..]));
            }
        }

        model.ReadPack(bundle[(end + 2)..]);
        return model;
    }

    /// <summary>Copies the structure; contents are shared, so replace them and do not write into them.</summary>
    public BundleModel Clone()
    {
        var copies = Entries.ToDictionary(entry => entry, entry => entry.Copy());
        foreach (var copy in copies.Values.Where(copy => copy.Base is not null))
        {
            copy.Base = copies[copy.Base!];
        }

        return new BundleModel(Format)
        {
            Signature = Signature,
            ExtraLines = [.. ExtraLines],
            Refs = [.. Refs],
            Entries = [.. Entries.Select(entry => copies[entry])],
            PackVersion = PackVersion,
            DeclaredCount = DeclaredCount,
            Padding = Padding,
        };
    }

    public byte[] ToBytes()
    {
        using var pack = new MemoryStream();
        var header = new byte[PackHeader.Length];
        new PackHeader(PackVersion, DeclaredCount ?? (uint)Entries.Count).Write(header);
        pack.Write(header);
        var offsets = new Dictionary<BundleModelEntry, long>();
        foreach (var entry in Entries)
        {
            offsets[entry] = pack.Position;
            entry.Write(pack, offsets);
        }

        pack.Write(Padding);
        var body = pack.ToArray();
        var text = new StringBuilder(Signature).Append('\n');
        foreach (var line in ExtraLines)
        {
            text.Append(line).Append('\n');
        }

        foreach (var (id, name) in Refs)
        {
            text.Append(id).Append(' ').Append(name).Append('\n');
        }

        return [.. Encoding.UTF8.GetBytes(text.Append('\n').ToString()), .. body, .. Hash(body)];
    }

    /// <summary>Resolves every entry: its kind, content and id; no id where it cannot be resolved.</summary>
    public Dictionary<BundleModelEntry, (PackEntryKind Kind, byte[] Content, string Id)> Resolve()
    {
        var resolved = new Dictionary<BundleModelEntry, (PackEntryKind Kind, byte[] Content, string Id)>();
        var byId = new Dictionary<string, BundleModelEntry>(StringComparer.Ordinal);
        for (var before = -1; before < resolved.Count;)
        {
            before = resolved.Count;
            foreach (var entry in Entries.Where(entry => !resolved.ContainsKey(entry)))
            {
                var kind = entry.Kind;
                var content = entry.Content;
                if (entry.IsDelta)
                {
                    var source = entry.Kind == PackEntryKind.OffsetDelta ? entry.Base : byId.GetValueOrDefault(entry.BaseId);
                    if (source is null || !resolved.TryGetValue(source, out var whole) || !TryApply(whole.Content, entry.Content, out content))
                    {
                        continue;
                    }

                    kind = whole.Kind;
                }

                var id = Id(kind, content);
                resolved[entry] = (kind, content, id);
                byId.TryAdd(id, entry);
            }
        }

        return resolved;
    }

    /// <summary>Makes everything that named an object by its old id name it by its new one: after a change, trees, commits, tags, deltas and refs follow.</summary>
    public void Follow(Dictionary<BundleModelEntry, (PackEntryKind Kind, byte[] Content, string Id)> before)
    {
        for (var rounds = 0; rounds < 40; rounds++)
        {
            var now = Resolve();
            var moved = now.Where(pair => before.TryGetValue(pair.Key, out var old) && old.Id != pair.Value.Id)
                .Select(pair => (Old: before[pair.Key].Id, New: pair.Value.Id)).DistinctBy(pair => pair.Old).ToList();
            if (moved.Count == 0)
            {
                return;
            }

            before = now;
            foreach (var (old, replacement) in moved)
            {
                foreach (var entry in Entries)
                {
                    entry.Content = Replace(Replace(entry.Content, Encoding.ASCII.GetBytes(old), Encoding.ASCII.GetBytes(replacement)), Convert.FromHexString(old), Convert.FromHexString(replacement));
                    entry.BaseId = entry.BaseId == old ? replacement : entry.BaseId;
                }

                for (var index = 0; index < Refs.Count; index++)
                {
                    Refs[index] = Refs[index].Id == old ? (replacement, Refs[index].Name) : Refs[index];
                }
            }
        }
    }

    private static bool TryApply(byte[] source, byte[] delta, out byte[] content)
    {
        content = [];
        if (!DeltaPatch.TryReadSizes(delta, out var sourceLength, out var length, out var head) || sourceLength != source.Length || length > 1 << 20)
        {
            return false;
        }

        content = new byte[length];
        return DeltaPatch.TryApply(source, delta.AsSpan(head), content);
    }

    private static byte[] Replace(byte[] content, byte[] old, byte[] replacement)
    {
        var at = content.AsSpan().IndexOf(old);
        if (at < 0)
        {
            return content;
        }

        content = [.. content];
        for (var from = 0; at >= 0; at = content.AsSpan(from).IndexOf(old))
        {
            replacement.CopyTo(content, from + at);
            from += at + old.Length;
        }

        return content;
    }

    private string Id(PackEntryKind kind, byte[] content)
    {
        var name = kind switch { PackEntryKind.Commit => "commit", PackEntryKind.Tree => "tree", PackEntryKind.Tag => "tag", _ => "blob" };
        return Convert.ToHexStringLower(Hash([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {content.Length}\0")), .. content]));
    }

    private byte[] Hash(byte[] bytes) => Format == GitObjectFormat.Sha1 ? SHA1.HashData(bytes) : SHA256.HashData(bytes);

    private void ReadPack(byte[] pack)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["parsed.pack"], pack);
        using var handle = File.OpenHandle(folder["parsed.pack"]);
        var hashLength = Format == GitObjectFormat.Sha1 ? 20 : 32;
        var file = new PackFile(handle, 0, pack.Length, hashLength);
        var scanned = PackScanner.Scan(file, Format, GitLimits.Default, false, null, default);
        for (var number = 0; number < scanned.Count; number++)
        {
            using var inflated = new MemoryStream();
            var start = (int)scanned.DataOffset(number);
            using (var zlib = new ZLibStream(new MemoryStream(pack[start..(int)scanned.End(number, file.EntriesEnd)]), CompressionMode.Decompress))
            {
                zlib.CopyTo(inflated);
            }

            var kind = scanned.StoredKind(number);
            Entries.Add(new BundleModelEntry(kind, inflated.ToArray())
            {
                Base = kind == PackEntryKind.OffsetDelta ? Entries[scanned.OffsetBase(number)] : null,
                BaseId = kind == PackEntryKind.ReferenceDelta ? Convert.ToHexStringLower(pack.AsSpan(start - hashLength, hashLength)) : "",
            });
        }
    }
}
