using System.Buffers;
using System.Globalization;
using System.Text;
using Eden.Git.Objects;

namespace Eden.Git.Remotes;

/// <summary>What a remote answers when it is asked for its refs over smart HTTP.</summary>
/// <param name="Format">How it names objects.</param>
/// <param name="Capabilities">What it can do, in git's words.</param>
/// <param name="Refs">Its refs in its order, <c>HEAD</c> and what annotated tags lead to (<c>…^{}</c>) among them. Names are <see cref="RefText"/>.</param>
internal sealed record Advertisement(GitObjectFormat Format, IReadOnlyList<string> Capabilities, IReadOnlyList<KeyValuePair<string, string>> Refs)
{
    private const string SymbolicHead = "symref=HEAD:";
    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);

    // A listing without refs has one line for the capabilities, whose name is this.
    private static ReadOnlySpan<byte> NoRefs => "capabilities^{}"u8;

    /// <summary>Gets the ref that <c>HEAD</c> points to; <see langword="null"/> when the remote does not say.</summary>
    public string? HeadTarget => Capabilities.FirstOrDefault(capability => capability.StartsWith(SymbolicHead, StringComparison.Ordinal))?[SymbolicHead.Length..];

    /// <summary>Reads the answer.</summary>
    /// <param name="answer">All of it.</param>
    /// <param name="remote">Who answers, for messages.</param>
    /// <param name="refused">What it does not let us do, for the message when it says no: a sentence without its subject.</param>
    /// <param name="words">What it said.</param>
    /// <exception cref="GitException">It refuses, or the answer is not git's.</exception>
    public static Advertisement Read(ReadOnlySpan<byte> answer, GitRemoteAddress remote, string refused, RemoteWords words)
    {
        var format = GitObjectFormat.Sha1;
        string[]? capabilities = null;
        var refs = new List<KeyValuePair<string, string>>();
        while (PacketLines.TryRead(ref answer, out var line))
        {
            if (line.IsEmpty || line[0] == (byte)'#' || line.StartsWith("shallow "u8))
            {
                continue;
            }

            if (line.StartsWith("ERR "u8))
            {
                throw new GitRemoteUnavailableException(words.AddTo($"The remote '{remote}' {refused}"));
            }

            var nul = line.IndexOf((byte)0);
            if (nul >= 0 && capabilities is null)
            {
                capabilities = RefText.Decode(line[(nul + 1)..]).Split(' ');
                format = capabilities.Contains("object-format=sha256") ? GitObjectFormat.Sha256 : GitObjectFormat.Sha1;
                line = line[..nul];
            }

            var length = format.HexLength();
            if (line.Length <= length + 1 || line[length] != (byte)' ' || line[..length].ContainsAnyExcept(s_hex))
            {
                throw new GitException($"The remote '{remote}' advertises its refs in a form that is not git's.");
            }

            if (!line[(length + 1)..].SequenceEqual(NoRefs))
            {
                refs.Add(new(RefText.Decode(line[(length + 1)..]), Encoding.ASCII.GetString(line[..length])));
            }
        }

        return new Advertisement(format, capabilities ?? [], refs);
    }

    /// <summary>Returns an answer with the capabilities of this one that has a single ref, with a name of ours.</summary>
    /// <param name="target">The object that the ref names.</param>
    public byte[] WithOneRef(string target)
    {
        using var answer = new MemoryStream();
        PacketLines.Write(answer, "# service=git-upload-pack\n");
        PacketLines.WriteFlush(answer);
        var capabilities = Capabilities.Where(capability => !capability.StartsWith("symref=", StringComparison.Ordinal));
        PacketLines.Write(answer, $"{target} refs/heads/wanted\0{string.Join(' ', capabilities)}\n");
        PacketLines.WriteFlush(answer);
        return answer.ToArray();
    }

    /// <summary>Gives each object a ref of its own, whose name is plain.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Numbered(IEnumerable<string> objects)
        => objects.Distinct(StringComparer.Ordinal).Select((value, index) => new KeyValuePair<string, string>(string.Create(CultureInfo.InvariantCulture, $"refs/{index}"), value));
}
