using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Eden.Checkpoint;

/// <summary>Makes ids as EDEN mints them (spec §3). Thread-safe.</summary>
public static class OpaqueId
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 26;
    private const int TimeBytes = 6;
    private const long LatestMilliseconds = (1L << (8 * TimeBytes)) - 1;

    /// <summary>Mints an experiment's id, for a receiver that has none.</summary>
    /// <param name="time">The clock; <see langword="null"/> for the system's.</param>
    /// <returns><c>exp_</c> and a ULID in lowercase: 48 bits of the time in milliseconds, so that later ids sort behind earlier ones, and 80 random bits.</returns>
    public static string NewExperimentId(TimeProvider? time = null)
    {
        var milliseconds = Math.Clamp((time ?? TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds(), 0, LatestMilliseconds);
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(milliseconds >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], unchecked((uint)milliseconds));
        return string.Concat("exp_", string.Create(Length, BinaryPrimitives.ReadUInt128BigEndian(bytes), static (text, value) =>
        {
            for (var index = text.Length - 1; index >= 0; index--)
            {
                text[index] = Digits[(int)(value & 31)];
                value >>= 5;
            }
        }));
    }
}
