using System.Text;
using Eden.Checkpoint.Tests.Kit;
using Eden.Git;
using Eden.Git.Packs;

namespace Eden.Git.Tests.Bundles;

/// <summary>Seeded damage of bundles, layer by layer: raw bytes, header, framing, compression, deltas, objects, history. What lies around the damage
/// is right, checksums above all, so that the layer itself must notice.</summary>
internal sealed class BundleMutator(IReadOnlyList<byte[]> corpus)
{
    private readonly byte[][] _corpus = [.. corpus];
    private readonly BundleModel[] _models = [.. corpus.Select(BundleModel.Parse)];
    private readonly Dictionary<BundleModel, string[]> _ids = [];

    /// <summary>Makes a damaged bundle.</summary>
    /// <param name="random">Decides everything.</param>
    /// <param name="layer">What was damaged.</param>
    public byte[] Next(Random random, out string layer)
    {
        var number = random.Next(_models.Length);
        switch (random.Next(8))
        {
            case 0:
                layer = "raw bytes";
                return NotEmpty(Mutation.Of(_corpus[number], random));
            case 1:
                layer = "raw bytes under a right checksum";
                var raw = Mutation.Of(_corpus[number], random);
                return raw.AsSpan().IndexOf("\n\nPACK"u8) is var start and >= 0 && raw.Length - start > 60
                    ? SyntheticPack.FixTrailer(raw, _models[number].Format) : NotEmpty(raw);
            default:
                return OfModel(_models[number], random, out layer).ToBytes();
        }
    }

    /// <summary>Makes a bundle that is right around its damage: of the layers behind the header, and with nothing left over at the end.</summary>
    public BundleModel NextWellFramed(Random random, out string layer)
    {
        while (true)
        {
            var model = OfModel(_models[random.Next(_models.Length)], random, out layer);
            if (layer is not ("header" or "framing" or "compression"))
            {
                return model;
            }
        }
    }

    private BundleModel OfModel(BundleModel source, Random random, out string layer)
    {
        var model = source.Clone();
        layer = "";
        for (var changes = random.Next(4) == 0 ? random.Next(2, 5) : 1; changes > 0; changes--)
        {
            layer = random.Next(12) switch
            {
                0 => Header(model, random),
                1 or 2 => Framing(model, random),
                3 => Compression(model, random),
                4 or 5 => Deltas(model, random),
                6 or 7 => Order(model, random),
                8 or 9 => Contents(model, random),
                _ => Links(model, source, random),
            };
        }

        return model;
    }

    private static string Header(BundleModel model, Random random)
    {
        var refs = model.Refs;
        var place = random.Next(refs.Count + 1);
        var some = refs.Count > 0 ? refs[random.Next(refs.Count)] : (new string('1', 40), "refs/heads/x");
        switch (random.Next(9))
        {
            case 0:
                refs.Insert(place, some);
                break;
            case 1:
                refs.Insert(place, (some.Item1, some.Item2 + "/below"));
                break;
            case 2 when refs.Count > 0:
                refs.RemoveAt(place % refs.Count);
                break;
            case 3:
                refs.Insert(place, (some.Item1, Text(Mutation.Of(Encoding.UTF8.GetBytes(some.Item2), random))));
                break;
            case 4:
                refs.Insert(place, (Text(Mutation.Of(Encoding.UTF8.GetBytes(some.Item1), random)), "refs/heads/mutated"));
                break;
            case 5:
                model.ExtraLines.Add($"-{some.Item1} a prerequisite");
                break;
            case 6:
                model.ExtraLines.Insert(0, random.Next(3) switch { 0 => "@filter=blob:none", 1 => "@object-format=sha1", _ => "@unknown" });
                break;
            case 7:
                model.Signature = random.Next(3) switch { 0 => "# v2 git bundle", 1 => "# v3 git bundle", _ => "# v4 git bundle" };
                break;
            default:
                model.ExtraLines.Clear();
                break;
        }

        return "header";

        static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
    }

    private static string Framing(BundleModel model, Random random)
    {
        var entry = Some(model, random);
        switch (random.Next(9))
        {
            case 0:
                model.DeclaredCount = (uint)Math.Max(0, model.Entries.Count + random.Next(-2, 3));
                break;
            case 1:
                model.DeclaredCount = (uint)random.NextInt64(uint.MaxValue);
                break;
            case 2:
                model.PackVersion = (uint)random.Next(5);
                break;
            case 3:
                entry.DeclaredSize = Math.Max(0, entry.Content.Length + random.Next(-3, 4));
                break;
            case 4:
                entry.DeclaredSize = random.NextInt64(long.MaxValue) >> random.Next(60);
                break;
            case 5:
                entry.Distance = random.NextInt64(long.MaxValue) >> random.Next(63);
                break;
            case 6:
                entry.Kind = (PackEntryKind)random.Next(8);
                entry.BaseId = entry.BaseId.Length > 0 ? entry.BaseId : new string('0', model.Format == GitObjectFormat.Sha1 ? 40 : 64);
                break;
            case 7:
                entry.HeaderPadding = random.Next(12);
                break;
            default:
                model.Padding = new byte[random.Next(1, 40)];
                random.NextBytes(model.Padding);
                break;
        }

        return "framing";
    }

    private static string Compression(BundleModel model, Random random)
    {
        var entry = Some(model, random);
        var compressed = entry.Compress();
        switch (random.Next(5))
        {
            case 0:
                compressed[^random.Next(1, 5)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                compressed[random.Next(compressed.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                compressed = compressed[..random.Next(compressed.Length)];
                break;
            case 3:
                compressed = SyntheticPack.Deflate(entry.Content, (System.IO.Compression.CompressionLevel)random.Next(4));
                break;
            default:
                compressed = Mutation.Of(compressed, random);
                break;
        }

        entry.Compressed = compressed;
        return "compression";
    }

    private static string Deltas(BundleModel model, Random random)
    {
        var before = model.Resolve();
        var entry = model.Entries.Where(entry => entry.IsDelta).OrderBy(_ => random.Next()).FirstOrDefault();
        var choice = entry is null ? 4 : random.Next(7);
        switch (choice)
        {
            case 0:
                entry!.Content = NotEmpty(Mutation.Of(entry.Content, random));
                break;
            case 1:
                // Sizes at the head, the rest as it was.
                entry!.Content = SyntheticPack.Delta(random.NextInt64(1L << random.Next(1, 62)), random.NextInt64(1L << random.Next(1, 62)), entry.Content[2..]);
                break;
            case 2:
                entry!.Base = Some(model, random);
                break;
            case 3:
                (entry!.Kind, entry.BaseId) = (PackEntryKind.ReferenceDelta, before.TryGetValue(Some(model, random), out var other) ? other.Id : entry.BaseId);
                entry.BaseId = entry.BaseId.Length > 0 ? entry.BaseId : new string('2', model.Format == GitObjectFormat.Sha1 ? 40 : 64);
                break;
            case 4 or 5:
                MakeDelta(model, before, random);
                return "delta";
            default:
                // The same base, named the other way.
                if (entry!.Base is not null && before.TryGetValue(entry.Base, out var named))
                {
                    (entry.Kind, entry.BaseId) = (PackEntryKind.ReferenceDelta, named.Id);
                }
                else if (model.Entries.FirstOrDefault(candidate => before.TryGetValue(candidate, out var found) && found.Id == entry.BaseId) is { } place)
                {
                    (entry.Kind, entry.Base) = (PackEntryKind.OffsetDelta, place);
                }

                return "delta";
        }

        if (random.Next(4) > 0)
        {
            model.Follow(before);
        }

        return "delta";
    }

    // Turns a whole object into a delta of another one of any kind: a delta takes its base's kind.
    private static void MakeDelta(BundleModel model, Dictionary<BundleModelEntry, (PackEntryKind Kind, byte[] Content, string Id)> resolved, Random random)
    {
        var index = random.Next(1, Math.Max(2, model.Entries.Count));
        if (index >= model.Entries.Count)
        {
            return;
        }

        var entry = model.Entries[index];
        var source = model.Entries[random.Next(index)];
        if (resolved.TryGetValue(entry, out var target) && resolved.TryGetValue(source, out var whole) && (target.Kind == whole.Kind || random.Next(8) == 0))
        {
            entry.Content = CommonEnds.Delta(whole.Content, target.Content);
            entry.Base = source;
            entry.BaseId = whole.Id;
            entry.Kind = random.Next(2) == 0 ? PackEntryKind.OffsetDelta : PackEntryKind.ReferenceDelta;
            entry.Compressed = null;
        }
    }

    private static string Order(BundleModel model, Random random)
    {
        var entries = model.Entries;
        if (entries.Count < 2)
        {
            return "order";
        }

        var first = random.Next(entries.Count);
        var second = random.Next(entries.Count);
        switch (random.Next(4))
        {
            case 0:
                entries.RemoveAt(first);
                break;
            case 1:
                entries.Insert(second, entries[first].Copy());
                break;
            case 2:
                (entries[first], entries[second]) = (entries[second], entries[first]);
                break;
            default:
                // Reference deltas may stand before their bases, and then everything may stand anywhere.
                var resolved = model.Resolve();
                foreach (var entry in entries.Where(entry => entry.Kind == PackEntryKind.OffsetDelta && entry.Base is not null && resolved.ContainsKey(entry.Base)))
                {
                    (entry.Kind, entry.BaseId) = (PackEntryKind.ReferenceDelta, resolved[entry.Base!].Id);
                }

                var shuffled = entries.ToArray();
                random.Shuffle(shuffled);
                entries.Clear();
                entries.AddRange(shuffled);
                break;
        }

        return "order";
    }

    private static string Contents(BundleModel model, Random random)
    {
        var before = model.Resolve();
        var entry = model.Entries.Where(entry => !entry.IsDelta).OrderBy(_ => random.Next()).FirstOrDefault();
        if (entry is not null)
        {
            entry.Content = Mutation.Of(entry.Content, random);
            if (random.Next(6) == 0)
            {
                entry.Kind = (PackEntryKind)random.Next(1, 5);
            }

            if (random.Next(8) > 0)
            {
                model.Follow(before);
            }
        }

        return "contents";
    }

    // Objects that are well-formed and name the wrong ones.
    private string Links(BundleModel model, BundleModel source, Random random)
    {
        var before = model.Resolve();
        if (!_ids.TryGetValue(source, out var ids))
        {
            _ids[source] = ids = [.. source.Resolve().Values.Select(value => value.Id), new string('3', model.Format == GitObjectFormat.Sha1 ? 40 : 64)];
        }

        var id = ids[random.Next(ids.Length)];
        if (random.Next(6) == 0 && model.Refs.Count > 0)
        {
            var place = random.Next(model.Refs.Count);
            model.Refs[place] = (id, model.Refs[place].Name);
            return "links";
        }

        var entry = model.Entries.Where(entry => entry.Kind is PackEntryKind.Commit or PackEntryKind.Tree or PackEntryKind.Tag).OrderBy(_ => random.Next()).FirstOrDefault();
        if (entry is null)
        {
            return "links";
        }

        var text = Encoding.Latin1.GetString(entry.Content);
        var raw = Encoding.Latin1.GetString(Convert.FromHexString(id));
        var nul = text.IndexOf('\0', StringComparison.Ordinal);
        var changed = (entry.Kind, random.Next(5)) switch
        {
            (PackEntryKind.Tree, 0) when nul > 0 && nul + 1 + raw.Length <= text.Length => text[..(nul + 1)] + raw + text[(nul + 1 + raw.Length)..],
            (PackEntryKind.Tree, 1) => $"{(random.Next(3) switch { 0 => "40000", 1 => "160000", _ => "100644" })} added\0{raw}{text}",
            (PackEntryKind.Tree, 2) => $"{random.Next(0, 200000)} {(random.Next(2) == 0 ? "" : "..")}\0{raw}{text}",
            (PackEntryKind.Tree, _) => text + $"100644 {new string('z', random.Next(300))}\0{raw}",
            (PackEntryKind.Commit, 0) => $"tree {id}{text[Math.Min(text.Length, 5 + id.Length)..]}",
            (PackEntryKind.Commit, _) => text.Insert(Math.Min(text.Length, 6 + id.Length), string.Concat(Enumerable.Repeat($"parent {id}\n", random.Next(1, 70)))),
            (_, 0) => text.Replace("type commit", "type tree", StringComparison.Ordinal),
            (_, 1) => text.Replace("type commit", "type tag", StringComparison.Ordinal),
            _ => $"object {id}{text[Math.Min(text.Length, 7 + id.Length)..]}",
        };
        entry.Content = Encoding.Latin1.GetBytes(changed);
        model.Follow(before);
        return "links";
    }

    private static BundleModelEntry Some(BundleModel model, Random random)
        => model.Entries.Count > 0 ? model.Entries[random.Next(model.Entries.Count)] : new BundleModelEntry(PackEntryKind.Blob, [1]);

    private static byte[] NotEmpty(byte[] bytes) => bytes.Length > 0 ? bytes : [0];
}
