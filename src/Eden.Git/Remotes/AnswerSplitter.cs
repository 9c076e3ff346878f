using System.Buffers;
using System.Globalization;

namespace Eden.Git.Remotes;

/// <summary>Takes the pack out of an answer of git-upload-pack and leaves the rest, for a reader who need not see the pack: in its place there is one without objects.</summary>
/// <remarks>A pack comes in side band 1 and ends with a flush; without side bands it follows the last line as it is and ends with the answer. When an answer breaks off, so does
/// what is left of it.</remarks>
internal sealed class AnswerSplitter(IPackReceiver receiver)
{
    private const int LeadLength = 4;
    private const byte PackBand = 1;

    private readonly ArrayBufferWriter<byte> _rest = new();
    private readonly byte[] _lead = new byte[LeadLength];
    private int _leadLength;
    private int _left;
    private int _taken;
    private bool _isFirst;
    private bool _isPack;
    private bool _hasPack;
    private Form _form = Form.Lines;

    private enum Form
    {
        Lines,
        BarePack,
        Rest,
    }

    /// <summary>Gets a value indicating whether the receiver wants no more of the pack.</summary>
    public bool IsRefused { get; private set; }

    // A header without objects, and its checksum.
    private static ReadOnlySpan<byte> EmptyPack =>
    [
        (byte)'P', (byte)'A', (byte)'C', (byte)'K', 0, 0, 0, 2, 0, 0, 0, 0,
        0x02, 0x9D, 0x08, 0x82, 0x3B, 0xD8, 0xA8, 0xEA, 0xB5, 0x10, 0xAD, 0x6A, 0xC7, 0x5C, 0x82, 0x3C, 0xFD, 0x3E, 0xD3, 0x1E,
    ];

    private static ReadOnlySpan<byte> Flush => "0000"u8;

    /// <summary>Takes the next bytes of the answer.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="isLast">Whether the answer ends with them.</param>
    public void Take(ReadOnlySpan<byte> bytes, bool isLast)
    {
        Take(bytes);
        if (isLast && _form == Form.BarePack && !IsRefused)
        {
            _form = Form.Rest;
            IsRefused = !receiver.TryEnd();
            _rest.Write(EmptyPack);
        }
    }

    /// <summary>Gives bytes of what is left of the answer.</summary>
    /// <returns>How many; 0 when there are none yet.</returns>
    public int Give(Span<byte> destination)
    {
        var ready = _rest.WrittenSpan[_taken..];
        ready = ready[..Math.Min(ready.Length, destination.Length)];
        ready.CopyTo(destination);
        _taken += ready.Length;
        if (_taken == _rest.WrittenCount)
        {
            _taken = 0;
            _rest.ResetWrittenCount();
        }

        return ready.Length;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !IsRefused)
        {
            if (_form == Form.Rest)
            {
                _rest.Write(bytes);
                return;
            }

            if (_form == Form.BarePack)
            {
                Receive(bytes);
                return;
            }

            bytes = _left == 0 ? TakeLead(bytes) : TakePayload(bytes);
        }
    }

    private ReadOnlySpan<byte> TakeLead(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(LeadLength - _leadLength, bytes.Length);
        bytes[..count].CopyTo(_lead.AsSpan(_leadLength));
        _leadLength += count;
        if (_leadLength < LeadLength)
        {
            return default;
        }

        _leadLength = 0;
        if (!_hasPack && _lead.AsSpan().SequenceEqual("PACK"u8))
        {
            _form = Form.BarePack;
            Receive(_lead);
        }
        else if (!int.TryParse(_lead, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length is > 0 and < LeadLength)
        {
            // Whoever reads the rest says what is wrong.
            _form = Form.Rest;
            _rest.Write(_lead);
        }
        else if (length == 0)
        {
            TakeFlush();
        }
        else if (length == LeadLength)
        {
            _rest.Write(_lead);
        }
        else
        {
            _left = length - LeadLength;
            _isFirst = true;
        }

        return bytes[count..];
    }

    private ReadOnlySpan<byte> TakePayload(ReadOnlySpan<byte> bytes)
    {
        if (_isFirst)
        {
            _isFirst = false;
            _isPack = bytes[0] == PackBand;
            if (_isPack)
            {
                _left--;
                return bytes[1..];
            }

            _rest.Write(_lead);
        }

        var count = Math.Min(_left, bytes.Length);
        _left -= count;
        if (_isPack)
        {
            Receive(bytes[..count]);
        }
        else
        {
            _rest.Write(bytes[..count]);
        }

        return bytes[count..];
    }

    private void Receive(ReadOnlySpan<byte> bytes)
    {
        _hasPack = true;
        IsRefused = !receiver.TryReceive(bytes);
    }

    private void TakeFlush()
    {
        if (_hasPack)
        {
            _form = Form.Rest;
            IsRefused = !receiver.TryEnd();
            _rest.Write("0025"u8);
            _rest.Write([PackBand]);
            _rest.Write(EmptyPack);
        }

        _rest.Write(Flush);
    }
}
