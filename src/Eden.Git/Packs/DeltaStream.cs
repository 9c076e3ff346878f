using System.Numerics;
using Eden.Git.Inflation;

namespace Eden.Git.Packs;

/// <summary>Applies a delta of any size to a base of any size while the delta is being inflated. Holds a fixed amount of memory.</summary>
/// <param name="source">The base.</param>
/// <param name="begin">Told the length of the result once it is known; returns what takes it.</param>
internal sealed class DeltaStream(ResolvedObject source, Func<long, ObjectSink> begin) : IInflateSink
{
    private readonly byte[] _pending = new byte[2 * VariableInteger.MaxLength];
    private readonly byte[] _copyBuffer = source.IsSpilled ? new byte[1 << 16] : [];
    private int _pendingLength;
    private int _literal;
    private ObjectSink? _result;
    private long _resultSize;

    /// <summary>Gets a value indicating whether the instructions so far were well-formed and in bounds.</summary>
    public bool IsFaulty { get; private set; }

    /// <summary>Gets a value indicating whether everything was there: sizes, whole instructions, the declared number of bytes.</summary>
    public bool IsComplete => !IsFaulty && _pendingLength == 0 && _literal == 0 && _result?.Length == _resultSize;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !IsFaulty)
        {
            if (_literal > 0)
            {
                var step = Math.Min(_literal, bytes.Length);
                Emit(bytes[..step], _result!);
                _literal -= step;
                bytes = bytes[step..];
                continue;
            }

            _pending[_pendingLength++] = bytes[0];
            bytes = bytes[1..];
            if (_result is not null)
            {
                TakeInstruction(_result);
            }
            else
            {
                TakeHead();
            }
        }
    }

    private void TakeHead()
    {
        var pending = _pending.AsSpan(0, _pendingLength);
        if (DeltaPatch.TryReadSizes(pending, out var baseSize, out _resultSize, out _))
        {
            IsFaulty = baseSize != source.Length;
            if (!IsFaulty)
            {
                _result = begin(_resultSize);
            }

            _pendingLength = 0;
        }
        else if (_pendingLength == _pending.Length)
        {
            IsFaulty = true;
        }
    }

    private void TakeInstruction(ObjectSink result)
    {
        var opcode = _pending[0];
        if ((opcode & 0x80) == 0)
        {
            IsFaulty = opcode == 0;
            _literal = opcode;
            _pendingLength = 0;
        }
        else if (_pendingLength == 1 + BitOperations.PopCount((uint)opcode & 0x7F))
        {
            var position = 1;
            IsFaulty = !DeltaPatch.TryReadCopy(_pending.AsSpan(0, _pendingLength), opcode, ref position, out var offset, out var length)
                || offset > source.Length || length > source.Length - offset || length > _resultSize - result.Length;
            _pendingLength = 0;
            if (!IsFaulty)
            {
                Copy(offset, length, result);
            }
        }
    }

    private void Copy(long offset, int length, ObjectSink result)
    {
        if (!source.IsSpilled)
        {
            Emit(source.Bytes.Slice((int)offset, length), result);
            return;
        }

        while (length > 0)
        {
            var piece = _copyBuffer.AsSpan(0, Math.Min(length, _copyBuffer.Length));
            source.Read(offset, piece);
            Emit(piece, result);
            offset += piece.Length;
            length -= piece.Length;
        }
    }

    private void Emit(ReadOnlySpan<byte> bytes, ObjectSink result)
    {
        if (bytes.Length > _resultSize - result.Length)
        {
            IsFaulty = true;
            return;
        }

        result.Write(bytes);
    }
}
