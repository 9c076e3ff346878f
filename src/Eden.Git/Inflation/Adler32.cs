
namespace Eden.Git.Inflation;

/// <summary>The checksum at the end of a zlib stream (RFC 1950).</summary>
internal static class Adler32
{
    public const uint Start = 1;

    private const uint Modulus = 65521;

    // The most bytes that can be summed before the second sum could leave 32 bits.
    private const int Batch = 5552;

    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            var first = checksum & 0xFFFF;
            var second = checksum >> 16;
            while (!bytes.IsEmpty)
            {
                var batch = bytes[..Math.Min(bytes.Length, Batch)];
                bytes = bytes[batch.Length..];
                while (batch.Length >= 8)
                {
                    uint b0 = batch[0], b1 = batch[1], b2 = batch[2], b3 = batch[3], b4 = batch[4], b5 = batch[5], b6 = batch[6], b7 = batch[7];
                    second += (8 * first) + (8 * b0) + (7 * b1) + (6 * b2) + (5 * b3) + (4 * b4) + (3 * b5) + (2 * b6) + b7;
                    first += b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7;
                    batch = batch[8..];
                }

                foreach (var value in batch)
                {
                    first += value;
                    second += first;
                }

                first %= Modulus;
                second %= Modulus;
            }

            return (second << 16) | first;
        }
    }
}
