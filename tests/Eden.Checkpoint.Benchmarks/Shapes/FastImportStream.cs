using System.Globalization;
using System.Text;

namespace Eden.Checkpoint.Benchmarks;

/// <summary>Writes what <c>git fast-import</c> reads. Branches are noted here instead: git would make a file of each.</summary>
internal sealed class FastImportStream(Stream output)
{
    public const string Committer = "Ada Example <ada@example.org>";

    // Marks of files start here; those of commits count from 1. A file's mark is free again once its variant is written.
    private const int FirstFileMark = 1_000_000_000;

    private readonly List<(string Ref, int Mark)> _branches = [];
    private int _commits;

    /// <summary>Gets the branches, by the marks of their commits.</summary>
    public IReadOnlyList<(string Ref, int Mark)> Branches => _branches;

    /// <summary>Begins a commit; its files follow. Returns its mark.</summary>
    /// <param name="branch">The branch that it is the tip of.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="time">Seconds since 1970.</param>
    /// <param name="from">The mark of the first parent; zero for none.</param>
    /// <param name="merge">The mark of the second parent; zero for none.</param>
    /// <param name="committer">Name and address, of the author too.</param>
    public int Commit(string branch, string message, long time, int from = 0, int merge = 0, string committer = Committer)
    {
        var mark = ++_commits;
        _branches.Add(($"refs/heads/{branch}", mark));
        Write(string.Create(CultureInfo.InvariantCulture, $"commit refs/heads/main\nmark :{mark}\ncommitter {committer} {time} +0000\n"));
        WriteContent(Encoding.UTF8.GetBytes(message));
        Write(from == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"from :{from}\n"));
        Write(merge == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"merge :{merge}\n"));
        return mark;
    }

    /// <summary>Writes a file of the commit.</summary>
    public void File(string path, string content)
    {
        Write($"M 100644 inline {path}\n");
        WriteContent(Encoding.UTF8.GetBytes(content));
    }

    /// <summary>Writes a file of the commit that <see cref="Content"/> has made.</summary>
    public void File(string path, int mark) => Write(string.Create(CultureInfo.InvariantCulture, $"M 100644 :{mark} {path}\n"));

    /// <summary>Makes the content of a file that several commits have. Returns its mark, which is valid until the slot is used again.</summary>
    public int Content(int slot, string content)
    {
        Write(string.Create(CultureInfo.InvariantCulture, $"blob\nmark :{FirstFileMark + slot}\n"));
        WriteContent(Encoding.UTF8.GetBytes(content));
        return FirstFileMark + slot;
    }

    /// <summary>Writes an annotated tag.</summary>
    public void Tag(string name, int commit, long time)
        => Write(string.Create(CultureInfo.InvariantCulture, $"tag {name}\nfrom :{commit}\ntagger {Committer} {time} +0000\ndata 5\nmark\n\n"));

    /// <summary>Leaves <c>main</c> where the history began.</summary>
    public void End() => Write("reset refs/heads/main\nfrom :1\n");

    private void WriteContent(ReadOnlySpan<byte> content)
    {
        Write(string.Create(CultureInfo.InvariantCulture, $"data {content.Length}\n"));
        output.Write(content);
        output.WriteByte((byte)'\n');
    }

    private void Write(string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
