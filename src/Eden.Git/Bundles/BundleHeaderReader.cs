using System.Text;
using Eden.Git.Model;
using Eden.Git.Objects;

namespace Eden.Git.Bundles;

/// <summary>Reads a bundle header from bytes as they come, version 2 or 3, and stops right before the pack. Not thread-safe.</summary>
/// <remarks>A line that cannot be read ends it with a fault. Illegal and repeated ref names are faults too, but reading goes on.
/// Prerequisites and capabilities are only noted: whether they are acceptable is the caller's matter.</remarks>
internal sealed class BundleHeaderReader(GitLimits limits, FaultList faults)
{
    /// <summary>The longest line: a ref name of the longest text that the tables hold, its id, a space.</summary>
    private const int MaxLineLength = BundleLineTable.MaxTextLength;

    private const int MaxCapabilities = 64;
    private readonly List<string> _capabilities = [];
    private readonly byte[] _line = new byte[MaxLineLength];
    private int _lineLength;
    private long _length;
    private int _version;
    private GitObjectFormat _format;
    private bool _formatNamed;
    private BundleLineTable? _prerequisites;
    private BundleLineTable? _refs;

    /// <summary>Gets the header once it is complete.</summary>
    public GitBundleHeader? Header { get; private set; }

    /// <summary>Gets a value indicating whether reading has ended, well or with a fault.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Takes bytes and returns how many of them belong to the header.</summary>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        var start = bytes.Length;
        while (!IsEnded && !bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var piece = end < 0 ? bytes : bytes[..end];
            if (piece.Length > MaxLineLength - _lineLength)
            {
                Fail(GitFaultKind.Limit, null, $"a header line is longer than {MaxLineLength} bytes");
                break;
            }

            _length += piece.Length + (end < 0 ? 0 : 1);
            if (_length > limits.MaxBundleHeaderBytes)
            {
                Fail(GitFaultKind.Limit, null, $"the header is longer than {limits.MaxBundleHeaderBytes} bytes");
                break;
            }

            bytes = bytes[(end < 0 ? bytes.Length : end + 1)..];
            if (end >= 0 && _lineLength == 0)
            {
                ReadLine(piece);
                continue;
            }

            piece.CopyTo(_line.AsSpan(_lineLength));
            _lineLength += piece.Length;
            if (end >= 0)
            {
                var length = _lineLength;
                _lineLength = 0;
                ReadLine(_line.AsSpan(0, length));
            }
            else if (_version == 0 && !"# v2 git bundle"u8.StartsWith(_line.AsSpan(0, _lineLength)) && !"# v3 git bundle"u8.StartsWith(_line.AsSpan(0, _lineLength)))
            {
                // Something else altogether: do not wait for a newline.
                NotABundle();
            }
        }

        return start - bytes.Length;
    }

    /// <summary>Says that there are no more bytes.</summary>
    public void Complete()
    {
        if (!IsEnded)
        {
            Fail(GitFaultKind.Damage, null, "the bundle ends inside its header");
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        if (_version == 0)
        {
            _version = line.SequenceEqual("# v2 git bundle"u8) ? 2 : line.SequenceEqual("# v3 git bundle"u8) ? 3 : 0;
            if (_version == 0)
            {
                NotABundle();
            }
        }
        else if (line.IsEmpty)
        {
            Open();
            CheckNesting();
            Header = new GitBundleHeader(_version, _format, _capabilities, _prerequisites!, _refs!, _length);
            IsEnded = true;
        }
        else if (line[0] == (byte)'@' && _version >= 3 && _refs is null)
        {
            ReadCapability(line[1..]);
        }
        else
        {
            Open();
            ReadReference(line);
        }
    }

    private void ReadCapability(ReadOnlySpan<byte> capability)
    {
        var text = Encoding.UTF8.GetString(capability);
        if (_capabilities.Count == MaxCapabilities)
        {
            Fail(GitFaultKind.Limit, null, $"the header lists more than {MaxCapabilities} capabilities");
            return;
        }

        _capabilities.Add(text);
        if (!text.StartsWith("object-format=", StringComparison.Ordinal))
        {
            return;
        }

        var format = text switch
        {
            "object-format=sha1" => GitObjectFormat.Sha1,
            "object-format=sha256" => GitObjectFormat.Sha256,
            _ => (GitObjectFormat?)null,
        };
        if (format is null || _formatNamed)
        {
            Fail(GitFaultKind.Damage, null, format is null
                ? $"object format \"{Shorten(capability["object-format=".Length..])}\" is not known"
                : "the header names its object format twice");
            return;
        }

        _format = format.Value;
        _formatNamed = true;
    }

    private void ReadReference(ReadOnlySpan<byte> line)
    {
        var isPrerequisite = line[0] == (byte)'-';
        if (isPrerequisite)
        {
            line = line[1..];
        }

        var hexLength = _format.HexLength();
        if (line.Length < hexLength
            || !ObjectHash.TryParse(line[..hexLength], out var id)
            || (line.Length > hexLength && line[hexLength] != (byte)' ')
            || (line.Length <= hexLength + 1 && !isPrerequisite)
            || (isPrerequisite && _refs!.Count > 0))
        {
            Fail(GitFaultKind.Damage, null, $"malformed header line \"{Shorten(line)}\"");
            return;
        }

        var text = line[Math.Min(line.Length, hexLength + 1)..];
        var table = isPrerequisite ? _prerequisites! : _refs!;
        if (table.Count >= limits.MaxBundleRefs)
        {
            Fail(GitFaultKind.Limit, null, $"the header lists more than {limits.MaxBundleRefs} {(isPrerequisite ? "prerequisites" : "refs")}");
            return;
        }

        table.Add(id, text);
        if (!isPrerequisite)
        {
            CheckRef(text);
        }
    }

    private void CheckRef(ReadOnlySpan<byte> name)
    {
        if (!RefName.IsLegal(name))
        {
            Add(name, "is no legal ref name");
        }

        if (!_refs!.TryIndex(_refs.Count - 1))
        {
            Add(name, "is listed more than once");
        }
    }

    // Git keeps refs as files: one cannot be another's directory, and a clone of such a bundle fails.
    private void CheckNesting()
    {
        for (var index = 0; index < _refs!.Count; index++)
        {
            if (_refs.FindDirectory(_refs.Text(index)) is var other and >= 0)
            {
                Add(_refs.Text(index), $"cannot stand beside {Shorten(_refs.Text(other))}");
            }
        }
    }

    private void Add(ReadOnlySpan<byte> name, string problem)
    {
        if (faults.IsFull)
        {
            faults.AddUnlisted();
            return;
        }

        var text = Shorten(name);
        faults.Add(GitFaultKind.Damage, text, $"the ref {problem}");
    }

    private void Open()
    {
        _prerequisites ??= new BundleLineTable(_format);
        _refs ??= new BundleLineTable(_format);
    }

    private void NotABundle() => Fail(GitFaultKind.Damage, null, "the file does not begin like a git bundle of version 2 or 3");

    private void Fail(GitFaultKind rule, string? record, string message)
    {
        faults.Add(rule, record, message);
        IsEnded = true;
    }

    internal static string Shorten(ReadOnlySpan<byte> text)
    {
        const int Longest = 200;
        var shown = Encoding.UTF8.GetString(text.Length > Longest ? text[..Longest] : text);
        return text.Length > Longest ? shown + "…" : shown;
    }
}
