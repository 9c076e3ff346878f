using System.Globalization;
using System.Text;

namespace Eden.Git.Remotes;

/// <summary>Listens to an answer that somebody else reads: finds the remote's own words in its pkt-lines, and passes over the rest without a copy.</summary>
/// <remarks>libgit2 keeps one text of the last error at most, and LibGit2Sharp loses it when it has braces.</remarks>
internal sealed class AnswerListener(RemoteWords words)
{
    private const int LeadLength = 4;
    private const byte Progress = 2;
    private const byte Fatal = 3;

    // Enough for any sentence; a pack's own lines are longer and are not kept.
    private const int MostKept = 4096;

    private static ReadOnlySpan<byte> Error => "ERR "u8;

    private readonly byte[] _lead = new byte[LeadLength];
    private readonly byte[] _kept = new byte[MostKept];
    private int _keptLength;
    private int _leadLength;
    private int _left;
    private bool _isWanted;
    private bool _isOver;

    /// <summary>Takes the next bytes of the answer.</summary>
    public void Listen(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_isOver)
        {
            if (_left == 0)
            {
                var count = Math.Min(LeadLength - _leadLength, bytes.Length);
                bytes[..count].CopyTo(_lead.AsSpan(_leadLength));
                _leadLength += count;
                bytes = bytes[count..];
                if (_leadLength == LeadLength)
                {
                    Begin();
                }
            }
            else
            {
                var count = Math.Min(_left, bytes.Length);
                Take(bytes[..count]);
                _left -= count;
                bytes = bytes[count..];
                if (_left == 0)
                {
                    End();
                }
            }
        }
    }

    private void Begin()
    {
        _leadLength = 0;
        if (!int.TryParse(Encoding.ASCII.GetString(_lead), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length))
        {
            // A pack without side bands follows its last line as it is.
            _isOver = true;
            return;
        }

        _left = Math.Max(0, length - LeadLength);
        _keptLength = 0;
        _isWanted = true;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (_keptLength == 0 && bytes[0] is not (Progress or Fatal or (byte)'E'))
        {
            _isWanted = false;
        }

        if (_isWanted)
        {
            var count = Math.Min(bytes.Length, MostKept - _keptLength);
            bytes[..count].CopyTo(_kept.AsSpan(_keptLength));
            _keptLength += count;
        }
    }

    private void End()
    {
        var line = _kept.AsSpan(0, _keptLength);
        if (!_isWanted)
        {
            return;
        }

        if (line.StartsWith(Error))
        {
            words.SetError(line[Error.Length..]);
        }
        else if (line[0] == Fatal)
        {
            words.SetError(line[1..]);
        }
        else if (line[0] == Progress)
        {
            words.Add(line[1..]);
        }
    }
}
