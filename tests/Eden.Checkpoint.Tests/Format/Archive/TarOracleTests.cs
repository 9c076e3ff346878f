using Eden.Checkpoint.Tests.Kit;

namespace Eden.Checkpoint.Tests.Format.Archive;

/// <summary>Other tar programs judge what is written and write what is read.</summary>
[TestFixture]
[Category("RealTar")]
public class TarOracleTests
{
    private static readonly (string Path, string Content)[] s_members =
    [
        ("manifest.json", "{}"), ("empty", string.Empty), ("block", new string('b', 512)), ("artifacts/sha256/" + new string('a', 64), "artifact"),
        (new string('n', 180), "long name"), ("deep/é/ü", "not ASCII"), ("large", new string('l', 300_000)),
    ];

    [Test]
    public async Task Gnu_tar_reads_what_is_written()
    {
        RequiredProgram.Ensure("tar");
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["out.tar"], await CheckpointArchiveWriterTests.WriteAsync(s_members));

        await TarProgram.RunAsync("tar", folder.Path, "-xf", "out.tar");
        var listing = await TarProgram.RunAsync("tar", folder.Path, "--numeric-owner", "-tvf", "out.tar");

        foreach (var (path, content) in s_members)
        {
            Assert.That(await File.ReadAllTextAsync(folder[$"checkpoint/{path}"]), Is.EqualTo(content));
        }

        Assert.That(listing.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(s_members.Length).And.All.StartsWith("-rw-r--r-- 0/0"));
    }

    [Test]
    public async Task Python_reads_what_is_written()
    {
        RequiredProgram.Ensure("python3");
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["out.tar"], await CheckpointArchiveWriterTests.WriteAsync(s_members));
        await File.WriteAllTextAsync(folder["list.py"], """
            import tarfile
            for member in tarfile.open('out.tar'):
                print(member.name, member.size, oct(member.mode), member.uid, member.gid, repr(member.uname), int(member.mtime), member.isreg())
            """);

        var listing = await TarProgram.RunAsync("python3", folder.Path, "list.py");

        Assert.That(listing.TrimEnd('\n').Split('\n'), Is.EqualTo(s_members.Select(member =>
            $"checkpoint/{member.Path} {System.Text.Encoding.UTF8.GetByteCount(member.Content)} 0o644 0 0 '' 1795430647 True")));
    }

    [Test]
    public async Task What_gnu_tar_writes_is_read([Values("ustar", "pax", "gnu", "v7", "oldgnu")] string format, [Values("checkpoint", "./checkpoint", ".")] string from)
    {
        RequiredProgram.Ensure("tar");
        using var folder = new TempFolder();
        var members = s_members.Where(member => format != "v7" || member.Path.Length < 80).Where(member => format != "ustar" || member.Path.Length < 100).ToArray();
        Lay(folder, members);

        await TarProgram.RunAsync("tar", folder.Path, $"--format={format}", "--exclude=in.tar", "-cf", "in.tar", from);

        await AssertReadAsync(folder["in.tar"], members);
    }

    [Test]
    public async Task What_gnu_tar_writes_with_every_attribute_is_read([Values("--xattrs", "--acls", "--pax-option=comment=a comment", "--pax-option=globexthdr.name=/g/%n,comment=x", "--pax-option=exthdr.name=%d/x/%f,atime:=1")] string option)
    {
        RequiredProgram.Ensure("tar");
        using var folder = new TempFolder();
        Lay(folder, s_members);

        await TarProgram.RunAsync("tar", folder.Path, "--format=pax", option, "-cf", "in.tar", "checkpoint");

        await AssertReadAsync(folder["in.tar"], s_members);
    }

    [Test]
    public async Task What_python_writes_is_read([Values("USTAR_FORMAT", "PAX_FORMAT", "GNU_FORMAT")] string format)
    {
        RequiredProgram.Ensure("python3");
        using var folder = new TempFolder();
        var members = s_members.Where(member => format != "USTAR_FORMAT" || member.Path.Length < 100).ToArray();
        Lay(folder, members);
        await File.WriteAllTextAsync(folder["make.py"], $"""
            import tarfile
            with tarfile.open('in.tar', 'w', format=tarfile.{format}) as archive:
                archive.add('checkpoint')
            """);

        await TarProgram.RunAsync("python3", folder.Path, "make.py");

        await AssertReadAsync(folder["in.tar"], members);
    }

    [Test]
    public async Task Owners_and_times_that_gnu_tar_writes_in_binary_are_read(
        [Values("gnu", "oldgnu", "pax")] string format, [Values("@300000000000", "@-1", "@-70000000000.25")] string time, [Values("4294967294", "2147483648")] string owner)
    {
        RequiredProgram.Ensure("tar");
        using var folder = new TempFolder();
        Lay(folder, s_members);

        await TarProgram.RunAsync("tar", folder.Path, $"--format={format}", $"--mtime={time}", $"--owner=somebody-with-quite-a-long-name:{owner}", $"--group=:{owner}", "-cf", "in.tar", "checkpoint");

        await AssertReadAsync(folder["in.tar"], s_members);
    }

    [Test]
    public async Task Metadata_of_any_size_that_python_writes_is_read([Values("PAX_FORMAT", "GNU_FORMAT")] string format)
    {
        RequiredProgram.Ensure("python3");
        using var folder = new TempFolder();
        Lay(folder, s_members);
        await File.WriteAllTextAsync(folder["make.py"], $$"""
            import tarfile
            def odd(member):
                member.uid, member.gid, member.mtime, member.mode = 2 ** 52, 2 ** 40, -5 * 10 ** 12, 0o77777777
                member.uname, member.gname = 'ü' * 300, ''
                member.pax_headers = {'uid': 'nobody', 'gid': '-1', 'mtime': '12-05-1999', 'atime': '1e400', 'ctime': '', 'uname': 'a\nb\x00c', 'VENDOR.x': '1'}
                return member
            with tarfile.open('in.tar', 'w', format=tarfile.{{format}}, pax_headers={'mtime': 'never', 'gname': 'all'}) as archive:
                archive.add('checkpoint', filter=odd)
            """);

        await TarProgram.RunAsync("python3", folder.Path, "make.py");

        await AssertReadAsync(folder["in.tar"], s_members);
    }

    [Test]
    public async Task Links_that_gnu_tar_writes_are_refused([Values("pax", "gnu", "v7")] string format, [Values] bool symbolic)
    {
        RequiredProgram.Ensure("tar");
        using var folder = new TempFolder();
        Lay(folder, [("a", "1")]);
        await TarProgram.RunAsync("ln", folder.Path, symbolic ? "-sf" : "-f", symbolic ? "/etc/passwd" : "checkpoint/a", "checkpoint/b");

        await TarProgram.RunAsync("tar", folder.Path, $"--format={format}", "-cf", "in.tar", "checkpoint");

        var bytes = await File.ReadAllBytesAsync(folder["in.tar"]);
        File.Delete(folder["checkpoint/b"]);
        Assert.That(() => CheckpointArchiveReaderTests.ReadAsync(bytes), Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains(symbolic ? "a symbolic link" : "a hard link"));
    }

    [Test]
    public async Task A_sparse_file_of_gnu_tar_is_refused([Values("gnu", "pax")] string format, [Values("0.0", "0.1", "1.0")] string version)
    {
        RequiredProgram.Ensure("tar");
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["checkpoint"]);
        await TarProgram.RunAsync("truncate", folder.Path, "-s", "10M", "checkpoint/sparse");

        await TarProgram.RunAsync("tar", folder.Path, $"--format={format}", $"--sparse-version={version}", "-S", "-cf", "in.tar", "checkpoint");

        var bytes = await File.ReadAllBytesAsync(folder["in.tar"]);
        Assert.That(() => CheckpointArchiveReaderTests.ReadAsync(bytes), Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains("sparse"));
    }

    [Test]
    public async Task Compressed_archives_are_named([Values("gzip", "bzip2", "xz", "zstd")] string program)
    {
        RequiredProgram.Ensure("tar");
        RequiredProgram.Ensure(program);
        using var folder = new TempFolder();
        Lay(folder, s_members);

        await TarProgram.RunAsync("tar", folder.Path, $"--{program}", "-cf", "in.tar", "checkpoint");

        var bytes = await File.ReadAllBytesAsync(folder["in.tar"]);
        Assert.That(() => CheckpointArchiveReaderTests.ReadAsync(bytes), Throws.InstanceOf<CheckpointInvalidException>().With.Message.Contains($"{program} file"));
    }

    private static void Lay(TempFolder folder, (string Path, string Content)[] members)
    {
        foreach (var (path, content) in members)
        {
            var file = folder[$"checkpoint/{path}"];
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }
    }

    private static async Task AssertReadAsync(string archive, (string Path, string Content)[] members)
    {
        var (read, warnings) = await CheckpointArchiveReaderTests.ReadAsync(await File.ReadAllBytesAsync(archive));

        Assert.That(read.Where(member => !member.EndsWith('/')), Is.EquivalentTo(members.Select(member => $"{member.Path}={member.Content}")));
        Assert.That(warnings, Is.Empty);
    }
}
