using System.Text;
using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Format.Archive;

[TestFixture]
public class CheckpointArchiveReaderTests
{
    private static readonly CheckpointLimits s_limits = CheckpointLimits.Default;

    [Test]
    public async Task Members_come_in_the_order_of_the_archive_with_their_bytes()
    {
        var tar = new RawTar().Member("root/", type: '5').Text("root/a", "one").Text("root/b/c", new string('x', 2000)).Text("root/empty", string.Empty).End();

        var (members, warnings) = await ReadAsync(tar);

        Assert.That(members, Is.EqualTo(new[] { "a=one", "b/c=" + new string('x', 2000), "empty=" }));
        Assert.That(warnings, Is.Empty);
    }

    [Test]
    public async Task Content_that_was_not_read_or_only_in_part_is_skipped()
    {
        var tar = new RawTar().Text("r/a", new string('a', 5000)).Text("r/b", new string('b', 700)).Text("r/c", "c").End();
        await using var reader = new CheckpointArchiveReader(new AsyncOnlyStream(new MemoryStream(tar), 100));

        await reader.ReadNextAsync();
        var second = await reader.ReadNextAsync();
        await second!.Content.ReadExactlyAsync(new byte[300]);
        await second.Content.DisposeAsync();
        var third = await reader.ReadNextAsync();
        using var content = new StreamReader(third!.Content);

        Assert.That(await content.ReadToEndAsync(), Is.EqualTo("c"));
        Assert.That(async () => await second.Content.ReadExactlyAsync(new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
    }

    [TestCase("./", TestName = "A_dot_slash_before_every_name_is_accepted")]
    [TestCase("././", TestName = "Two_of_them_are_accepted")]
    public async Task A_prefix_is_accepted(string prefix)
    {
        var tar = new RawTar().Member("./", type: '5').Member($"{prefix}any root/", type: '5').Text($"{prefix}any root/a", "1").End();

        var (members, _) = await ReadAsync(tar);

        Assert.That(members, Is.EqualTo(new[] { "a=1" }));
    }

    [Test]
    public async Task Old_and_new_headers_are_accepted_side_by_side()
    {
        var longName = $"r/{new string('n', 200)}";
        var tar = new RawTar()
            .Pax(new Dictionary<string, string> { ["comment"] = "a global\ncomment" }, global: true)
            .Member("r/v7", "7"u8, '\0', magic: "\0\0\0\0\0\0\0\0")
            .Member("r/dir/", default, '\0', magic: "\0\0\0\0\0\0\0\0")
            .Member("r/gnu", "g"u8, magic: "ustar  \0")
            .Member("r/contiguous", "7"u8, '7')
            .Member("name", "p"u8, prefix: "r/prefix")
            .LongName(longName).Member(longName[..100], "L"u8, magic: "ustar  \0")
            .Member("././@LongLink", "some link\0"u8, 'K', "ustar  \0").LongName($"{longName}2").Member(longName[..100], "K"u8, magic: "ustar  \0")
            .Pax(new Dictionary<string, string> { ["path"] = $"{longName}é", ["mtime"] = "never", ["SCHILY.xattr.user.x"] = "line\nbreak" }).Member("short", "x"u8)
            .Pax(new Dictionary<string, string> { ["size"] = "3" }).Member("r/size", "abc"u8, size: "00000000000\0")
            .Member("r/base256", "b"u8, size: "\u0080\0\0\0\0\0\0\0\0\0\0\u0001")
            .Member("r/blank", "12345678"u8, size: "        10 \0")
            .End();

        var (members, warnings) = await ReadAsync(tar);

        Assert.That(members, Is.EqualTo(new[]
        {
            "v7=7", "dir/", "gnu=g", "contiguous=7", "prefix/name=p", $"{longName[2..]}=L", $"{longName[2..]}2=K", $"{longName[2..]}é=x", "size=abc", "base256=b", "blank=12345678",
        }));
        Assert.That(warnings, Is.Empty);
    }

    [TestCase(100, 8, "mode")]
    [TestCase(108, 8, "owner")]
    [TestCase(116, 8, "group")]
    [TestCase(136, 12, "time")]
    [TestCase(263, 2, "version")]
    [TestCase(265, 32, "name of the owner")]
    [TestCase(297, 32, "name of the group")]
    [TestCase(329, 16, "numbers of a device")]
    [TestCase(500, 12, "unused end")]
    public async Task What_a_header_says_of_no_use_is_no_reason_to_refuse(int offset, int length, string field)
    {
        var tar = new RawTar();
        var fillings = new byte[][] { [0xff], [0x80, 0x01], [(byte)'z'], [(byte)'7'], [(byte)' '], [0], [(byte)'-', (byte)'1'], [0xc3] };
        foreach (var (index, filling) in fillings.Index())
        {
            tar.Member($"r/{index}", "1"u8, edit: block =>
            {
                for (var at = 0; at < length; at++)
                {
                    block[offset + at] = filling[at % filling.Length];
                }

                RawTar.Checksum(block);
            });
        }

        var (members, warnings) = await ReadAsync(tar.End());

        Assert.That(members, Is.EqualTo(fillings.Select((_, index) => $"{index}=1")), field);
        Assert.That(warnings, Is.Empty);
    }

    [TestCase("ustar  \0", 345, TestName = "What GNU tar keeps where POSIX has the prefix is not looked at")]
    [TestCase("\0\0\0\0\0\0\0\0", 265, TestName = "What stands behind the oldest headers is not looked at")]
    public async Task What_stands_behind_a_header_is_not_looked_at(string magic, int from)
    {
        var tar = new RawTar().Member("r/a", "1"u8, magic: magic, edit: block =>
        {
            block.AsSpan(from).Fill(0xa5);
            RawTar.Checksum(block);
        }).Text("r/b", "2").End();

        Assert.That((await ReadAsync(tar)).Members, Is.EqualTo(new[] { "a=1", "b=2" }));
    }

    [Test]
    public async Task What_stands_behind_a_name_is_not_part_of_it()
    {
        var tar = new RawTar().Member("a", "1"u8, prefix: "r", edit: block =>
        {
            // As star does, which keeps times there.
            RawTar.Put(block, 2, "rest of a name");
            RawTar.Put(block, 345 + 131, "15000000000 15000000000 ");
            RawTar.Put(block, 508, "tar\0");
            RawTar.Checksum(block);
        }).End();

        Assert.That((await ReadAsync(tar)).Members, Is.EqualTo(new[] { "a=1" }));
    }

    [Test]
    public async Task A_checksum_of_signed_bytes_is_one()
    {
        // As programs before POSIX reckon it: bytes from 0x80 on count as negative.
        var tar = new RawTar().Member("r/é", "1"u8, edit: block =>
        {
            RawTar.Put(block, 148, "        ");
            RawTar.Put(block, 148, RawTar.Octal(block.Sum(static value => (int)unchecked((sbyte)value)), 6) + "\0 ");
        }).End();

        Assert.That((await ReadAsync(tar)).Members, Is.EqualTo(new[] { "é=1" }));
    }

    [Test]
    public async Task Zeros_after_the_end_are_bounded()
    {
        var limits = s_limits with { MaxTrailingZeros = 100_000 };
        var tar = new RawTar().Text("r/a", "1").Zeros(512);

        Assert.That((await ReadAsync([.. tar.ToArray(), .. new byte[100_000]], limits)).Warnings, Is.Empty);
        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => ReadAsync([.. tar.ToArray(), .. new byte[100_001]], limits));

        Assert.That(failure?.Violations.Single().Rule, Is.EqualTo(CheckpointRule.Limit));
        Assert.That(failure?.Message, Does.Contain("more than 100000 bytes of zeros follow the end"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_source_of_zeros_without_end_is_read_no_further_than_that(bool hasMembers)
    {
        var head = hasMembers ? new RawTar().Text("r/a", "1").ToArray() : [];
        var source = new EndlessZeros(head);
        await using var reader = new CheckpointArchiveReader(source);

        Assert.That(
            async () => { while (await reader.ReadNextAsync() is not null) { } },
            Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains(hasMembers ? "more than 16777216 bytes of zeros" : "no members"));
        Assert.That(source.BytesRead, Is.LessThan(hasMembers ? (16 << 20) + (1 << 18) : 1 << 16));
    }

    [Test]
    public async Task A_missing_end_mark_is_a_warning()
    {
        var tar = new RawTar().Text("r/a", "1");

        Assert.That((await ReadAsync(tar.ToArray())).Warnings, Has.One.Contains("end-of-archive mark is missing"));
        Assert.That((await ReadAsync(tar.Zeros(512).ToArray())).Warnings, Has.One.Contains("second block"));
        Assert.That((await ReadAsync(tar.Zeros(512).ToArray())).Warnings, Is.Empty);
        Assert.That((await ReadAsync(tar.Zeros(100_000).ToArray())).Warnings, Is.Empty);
    }

    public static IEnumerable<TestCaseData> Damaged()
    {
        static TestCaseData Case(string name, byte[] tar, string message, CheckpointRule rule = CheckpointRule.ArchiveStructure)
            => new TestCaseData(tar, message, rule).SetName($"Refused: {name}");

        static RawTar One() => new RawTar().Text("r/a", "1");
        var two = One().Text("r/b", new string('b', 600)).End();
        yield return Case("no bytes", [], "empty");
        yield return Case("zeros only", new byte[1024], "no members");
        yield return Case("a few bytes", "hello"u8.ToArray(), "only 5 bytes");
        yield return Case("text", Encoding.ASCII.GetBytes(new string('t', 2000)), "no tar archive");
        yield return Case("gzip", [0x1f, 0x8b, .. new byte[600]], "gzip");
        yield return Case("short gzip", [0x1f, 0x8b, 8], "gzip");
        yield return Case("zip", [.. "PK\u0003\u0004"u8, .. new byte[600]], "zip");
        yield return Case("zstd", [0x28, 0xb5, 0x2f, 0xfd, .. new byte[600]], "zstd");
        yield return Case("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, .. new byte[600]], "xz");
        yield return Case("bzip2", [.. "BZh91AY"u8, .. new byte[600]], "bzip2");
        yield return Case("a bundle", [.. "# v2 git bundle\n"u8, .. new byte[600]], "git bundle");
        yield return Case("cut in a header", two[..1300], "cut inside the header at byte 1024");
        yield return Case("cut in content", two[..(1536 + 100)], "cut inside the content of 'r/b': 500 of its 600");
        yield return Case("cut in padding", two[..(1536 + 700)], "cut inside the padding after 'r/b'");
        yield return Case("cut in a pax header", new RawTar().Pax(new Dictionary<string, string> { ["comment"] = "x" }).ToArray()[..600], "cut inside a pax header");
        yield return Case("a pax header at the end", One().Pax(new Dictionary<string, string> { ["comment"] = "x" }).End(), "belongs to no member");
        yield return Case("bytes after the end", [.. One().End(), .. new byte[5000], 1], "other than zeros");
        yield return Case("a member after one zero block", One().Zeros(512).Text("r/b", "2").End(), "other than zeros");
        yield return Case("a bad checksum", One().Member("r/b", "2"u8, edit: block => block[0]++).End(), "checksum");
        yield return Case("a checksum of zeros", One().Member("r/b", "2"u8, edit: block => block.AsSpan(148, 8).Clear()).End(), "checksum");
        yield return Case("an unreadable size", One().Member("r/b", "2"u8, size: "0000000000x\0").End(), "unreadable size");
        yield return Case("a negative size", One().Member("r/b", "2"u8, size: "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff").End(), "unreadable size");
        foreach (var (type, kind) in new[] { ('1', "hard link"), ('2', "symbolic link"), ('3', "character device"), ('4', "block device"), ('6', "FIFO") })
        {
            yield return Case(kind, One().Member("r/evil", type: type, link: "/etc/passwd").End(), kind);
        }

        yield return Case("a hard link with content", One().Member("r/evil", "1"u8, type: '1', link: "r/a").End(), "hard link with content");
        yield return Case("a sparse file", One().Member("r/evil", type: 'S', magic: "ustar  \0").End(), "sparse");
        yield return Case("a pax sparse file", One().Pax(new Dictionary<string, string> { ["GNU.sparse.major"] = "1" }).Text("r/evil", "1").End(), "sparse");
        yield return Case("a volume label", new RawTar().Member("label", type: 'V').End(), "volume label");
        yield return Case("an unknown type", One().Member("r/evil", type: 'Q').End(), "unknown type");
        yield return Case("a directory with content", One().Member("r/evil/", "1"u8, type: '5').End(), "directory with content");
        yield return Case("an absolute path", One().Text("/r/evil", "1").End(), "absolute");
        yield return Case("a path that climbs", One().Text("r/../evil", "1").End(), "'..'");
        yield return Case("a root that climbs", new RawTar().Text("../evil", "1").End(), "'..'");
        yield return Case("a climbing pax path", One().Pax(new Dictionary<string, string> { ["path"] = "r/../../evil" }).Text("r/b", "1").End(), "'..'");
        yield return Case("a climbing GNU name", One().LongName("r/../../evil").Text("r/b", "1").End(), "'..'");
        yield return Case("an inner dot", One().Text("r/./evil", "1").End(), "'.'");
        yield return Case("an empty segment", One().Text("r//evil", "1").End(), "empty segment");
        yield return Case("a backslash", One().Text("r\\..\\evil", "1").End(), "backslash");
        yield return Case("no name", One().Text("", "1").End(), "empty");
        yield return Case("a file called dot", One().Text("./", "1").End(), "directory with content");
        yield return Case("a duplicate", One().Text("r/b", "1").Text("r/a", "2").End(), "twice");
        yield return Case("a duplicate by dots", One().Text("./r/a", "2").End(), "twice");
        yield return Case("a file that is also a directory", One().Member("r/a/", type: '5').End(), "twice");
        yield return Case("a second root", One().Text("s/a", "2").End(), "'r'");
        yield return Case("a second empty root", One().Member("s/", type: '5').End(), "'r'");
        yield return Case("a file outside", One().Text("b", "2").End(), "outside of a top-level directory");
        yield return Case("a file before the root", new RawTar().Text("b", "2").Text("r/a", "1").End(), "outside of a top-level directory");
        yield return Case("a root that is a file", new RawTar().Text("r", "2").Text("r/a", "1").End(), "outside of a top-level directory");
        yield return Case("Latin-1", One().Member([(byte)'r', (byte)'/', 0xe9], "1"u8).End(), "not UTF-8");
        yield return Case("a malformed pax header", One().Member("x", "6 a=b\nrubbish"u8, 'x').Text("r/b", "1").End(), "malformed");
        yield return Case("two pax paths", One().Member("x", [.. RawTar.PaxRecord("path", "r/b"), .. RawTar.PaxRecord("path", "r/c")], 'x').Text("r/b", "1").End(), "twice");
        yield return Case("a pax size that is none", One().Pax(new Dictionary<string, string> { ["size"] = "-1" }).Text("r/b", "1").End(), "no number");
        yield return Case("a global path", One().Pax(new Dictionary<string, string> { ["path"] = "r/z" }, true).Text("r/b", "1").End(), "global pax header sets the 'path'");
        yield return Case("a global size", One().Pax(new Dictionary<string, string> { ["size"] = "9" }, true).Text("r/b", "1").End(), "global pax header sets the 'size'");
        yield return Case("two pax headers", One().Pax(new Dictionary<string, string> { ["path"] = "r/z" }).Pax(new Dictionary<string, string> { ["path"] = "r/y" }).Text("r/b", "1").End(), "follows a pax header");
        yield return Case("two long names", One().LongName("r/x").LongName("r/y").Text("r/b", "1").End(), "follows a GNU long name");
        yield return Case("a huge pax header", One().Member("x", size: "77777777777\0", type: 'x').End(), "limit", CheckpointRule.Limit);
        yield return Case("a huge long name", One().Member("x", new byte[200_000], 'L').End(), "limit", CheckpointRule.Limit);
        yield return Case("a content of eight exbibytes", One().Member("r/b", "1"u8, size: "\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff").End(), "", CheckpointRule.Limit);
        yield return Case("a long path", One().LongName("r/" + new string('p', 1023)).Text("r/b", "1").End(), "1024 bytes", CheckpointRule.Limit);
    }

    [TestCaseSource(nameof(Damaged))]
    public async Task A_damaged_or_unsafe_archive_is_refused(byte[] tar, string message, CheckpointRule rule)
    {
        var failure = await Assert.ThrowsAsync<CheckpointInvalidException>(() => ReadAsync(tar));

        Assert.That(failure?.Violations, Has.One.Property("Rule").EqualTo(rule));
        Assert.That(failure?.Message, Does.Contain(message));
    }

    [Test]
    public void A_path_may_be_as_long_as_the_limit_says()
    {
        var tar = new RawTar().LongName("r/" + new string('p', 1022)).Text("r/b", "1").End();

        Assert.That(async () => (await ReadAsync(tar)).Members, Has.Count.EqualTo(1));
    }

    [Test]
    public void Members_and_bytes_are_limited()
    {
        var tar = new RawTar();
        for (var index = 0; index < 17; index++)
        {
            tar.Text($"r/{index}", "x");
        }

        var bytes = tar.End();
        Assert.That(() => ReadAsync(bytes, s_limits with { MaxMembers = 16 }), Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("more than 16 members"));
        Assert.That(() => ReadAsync(bytes, s_limits with { MaxMembers = 17 }), Throws.Nothing);
        Assert.That(() => ReadAsync(bytes, s_limits with { MaxArchiveBytes = bytes.Length - 1 }), Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("bytes"));
        Assert.That(() => ReadAsync(bytes, s_limits with { MaxArchiveBytes = bytes.Length }), Throws.Nothing);
    }

    [Test]
    public void Extended_headers_are_no_members_but_global_ones_are_counted()
    {
        var (own, global) = (new RawTar(), new RawTar());
        var comment = new Dictionary<string, string> { ["mtime"] = "1.5" };
        for (var index = 0; index < 16; index++)
        {
            own.Member("././@LongLink", "link\0"u8, 'K', "ustar  \0").LongName($"r/{index}").Text("short", "x");
            global.Pax(comment, global: true);
        }

        for (var index = 16; index < 32; index++)
        {
            own.Pax(comment).Text($"r/{index}", "x");
        }

        Assert.That(async () => (await ReadAsync(own.End(), s_limits with { MaxMembers = 32 })).Members, Has.Count.EqualTo(32));
        Assert.That(() => ReadAsync(own.ToArray(), s_limits with { MaxMembers = 31 }), Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("more than 31 members"));
        Assert.That(() => ReadAsync(global.Text("r/a", "x").End(), s_limits with { MaxMembers = 16 }), Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("more than 16 members"));
    }

    [Test]
    public void A_failure_of_the_source_passes_through_and_ends_the_reader()
    {
        var reader = new CheckpointArchiveReader(new FailingStream(new RawTar().Text("r/a", "1").End(), 700));

        Assert.That(async () => { while (await reader.ReadNextAsync() is not null) { } }, Throws.InstanceOf<EndOfStreamException>().With.Message.EqualTo("the wire broke"));
        Assert.That(() => reader.ReadNextAsync(), Throws.InvalidOperationException);
    }

    [Test]
    public void A_cancellation_is_a_cancellation()
    {
        var reader = new CheckpointArchiveReader(new AsyncOnlyStream(new MemoryStream(new RawTar().Text("r/a", "1").End())));

        Assert.That(() => reader.ReadNextAsync(new CancellationToken(true)), Throws.InstanceOf<OperationCanceledException>());
    }

    internal static async Task<(List<string> Members, IReadOnlyList<string> Warnings)> ReadAsync(byte[] tar, CheckpointLimits? limits = null)
    {
        await using var reader = new CheckpointArchiveReader(new AsyncOnlyStream(new MemoryStream(tar), 997), limits);
        var members = new List<string>();
        while (await reader.ReadNextAsync() is { } member)
        {
            if (member.IsDirectory)
            {
                members.Add(member.Path + "/");
                continue;
            }

            using var content = new MemoryStream();
            await member.Content.CopyToAsync(content);
            Assert.That(content.Length, Is.EqualTo(member.Length));
            members.Add($"{member.Path}={Encoding.UTF8.GetString(content.ToArray())}");
        }

        return (members, reader.Warnings.Messages());
    }
}
