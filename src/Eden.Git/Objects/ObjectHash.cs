using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Eden.Git.Objects;

/// <summary>An object id, SHA-1 or SHA-256, as a value; text only at the edges. Orders like its bytes.</summary>
/// <remarks>The words are big-endian so that comparing them compares the bytes; the unused tail of a SHA-1 id is zero.</remarks>
internal readonly struct ObjectHash : IEquatable<ObjectHash>, IComparable<ObjectHash>
{
    private static readonly ulong s_seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    // The value of each character as a hex digit; 255 for the rest.
    private static readonly byte[] s_hexValues = MakeHexValues();

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private ObjectHash(ulong a, ulong b, ulong c, ulong d)
    {
        _a = a;
        _b = b;
        _c = c;
        _d = d;
    }

    /// <summary>Gets a value indicating whether every byte is zero: git's "no object".</summary>
    public bool IsZero => (_a | _b | _c | _d) == 0;

    /// <summary>Gets the first byte: the bucket in a pack index.</summary>
    public byte FirstByte => (byte)(_a >> 56);

    public static bool operator ==(ObjectHash left, ObjectHash right) => left.Equals(right);

    public static bool operator !=(ObjectHash left, ObjectHash right) => !left.Equals(right);

    public static bool operator <(ObjectHash left, ObjectHash right) => left.CompareTo(right) < 0;

    public static bool operator >(ObjectHash left, ObjectHash right) => left.CompareTo(right) > 0;

    public static bool operator <=(ObjectHash left, ObjectHash right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ObjectHash left, ObjectHash right) => left.CompareTo(right) >= 0;

    /// <summary>Makes the id of 20 or 32 raw bytes.</summary>
    public static ObjectHash FromBytes(ReadOnlySpan<byte> raw)
    {
        if (raw.Length == 20)
        {
            return new ObjectHash(
                BinaryPrimitives.ReadUInt64BigEndian(raw),
                BinaryPrimitives.ReadUInt64BigEndian(raw[8..]),
                (ulong)BinaryPrimitives.ReadUInt32BigEndian(raw[16..]) << 32,
                0);
        }

        if (raw.Length != 32)
        {
            throw new ArgumentException("An object id is 20 or 32 bytes.", nameof(raw));
        }

        return new ObjectHash(
            BinaryPrimitives.ReadUInt64BigEndian(raw),
            BinaryPrimitives.ReadUInt64BigEndian(raw[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(raw[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(raw[24..]));
    }

    /// <summary>Reads 40 or 64 hex digits in either case, as git does.</summary>
    /// <remarks>A loop of our own: every line of a header and every parent of a commit comes by, and the base library's decoder is generic code that each
    /// process compiles anew, at first without optimization.</remarks>
    public static bool TryParse(ReadOnlySpan<byte> hex, out ObjectHash hash)
    {
        hash = default;
        if (hex.Length is not (40 or 64))
        {
            return false;
        }

        Span<byte> raw = stackalloc byte[32];
        ReadOnlySpan<byte> values = s_hexValues;
        var faults = 0;
        for (var index = 0; index < hex.Length; index += 2)
        {
            var high = values[hex[index]];
            var low = values[hex[index + 1]];
            faults |= high | low;
            raw[index >> 1] = unchecked((byte)((high << 4) | low));
        }

        if (faults > 15)
        {
            return false;
        }

        hash = FromBytes(raw[..(hex.Length >> 1)]);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out ObjectHash)"/>
    public static bool TryParse(ReadOnlySpan<char> hex, out ObjectHash hash)
    {
        Span<byte> bytes = stackalloc byte[64];
        hash = default;
        return hex.Length is 40 or 64 && Ascii.FromUtf16(hex, bytes, out var written) == OperationStatus.Done && TryParse(bytes[..written], out hash);
    }

    /// <summary>Writes the raw bytes: 20 or 32 of them, as the destination is long.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        if (destination.Length == 20)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[16..], (uint)(_c >> 32));
            return;
        }

        if (destination.Length != 32)
        {
            throw new ArgumentException("An object id is 20 or 32 bytes.", nameof(destination));
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>Returns the id in lowercase hex.</summary>
    public string ToHex(GitObjectFormat format)
    {
        Span<byte> raw = stackalloc byte[format.HashLength()];
        CopyTo(raw);
        return Convert.ToHexStringLower(raw);
    }

    /// <inheritdoc/>
    public bool Equals(ObjectHash other) => ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ObjectHash other && Equals(other);

    /// <inheritdoc/>
    /// <remarks>Mixed with a seed of this process: trees may name ids that were chosen to collide.</remarks>
    public override int GetHashCode()
    {
        var high = Math.BigMul(_a ^ s_seed, (_b ^ BitOperations.RotateLeft(s_seed, 32)) | 1, out var low);
        return unchecked((int)(high ^ low ^ (_c >> 32) ^ _c ^ _d));
    }

    /// <inheritdoc/>
    public int CompareTo(ObjectHash other)
        => _a != other._a ? _a.CompareTo(other._a)
            : _b != other._b ? _b.CompareTo(other._b)
            : _c != other._c ? _c.CompareTo(other._c)
            : _d.CompareTo(other._d);

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> raw = stackalloc byte[32];
        CopyTo(raw);
        return Convert.ToHexStringLower(raw[..(_d == 0 && unchecked((uint)_c) == 0 ? 20 : 32)]);
    }

    private static byte[] MakeHexValues()
    {
        var values = new byte[256];
        values.AsSpan().Fill(0xFF);
        for (var value = 0; value < 16; value++)
        {
            values["0123456789abcdef"[value]] = (byte)value;
            values["0123456789ABCDEF"[value]] = (byte)value;
        }

        return values;
    }
}
