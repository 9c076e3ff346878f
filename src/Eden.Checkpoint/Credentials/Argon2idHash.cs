using System.Globalization;
using System.Security.Cryptography;
using Konscious.Security.Cryptography;

namespace Eden.Checkpoint.Credentials;

/// <summary>argon2id hashes as PHC strings: <c>$argon2id$v=19$m=…,t=…,p=…$salt$hash</c>, base64 without padding.</summary>
internal static class Argon2idHash
{
    /// <summary>The memory that making a hash takes.</summary>
    public const int MemoryBytes = MemoryKiB << 10;

    private const int MemoryKiB = 65536;
    private const int Passes = 3;
    private const int Lanes = 4;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const string Lead = "$argon2id$v=19$";

    public static async Task<string> CreateAsync(byte[] secret)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = await ComputeAsync(secret, salt, MemoryKiB, Passes, Lanes, HashBytes).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture, $"{Lead}m={MemoryKiB},t={Passes},p={Lanes}${Encode(salt)}${Encode(hash)}");
    }

    public static async Task<bool> VerifyAsync(byte[] secret, string phc)
    {
        if (!TryParse(phc, out var memory, out var passes, out var lanes, out var salt, out var expected))
        {
            return false;
        }

        var actual = await ComputeAsync(secret, salt, memory, passes, lanes, expected.Length).ConfigureAwait(false);
        return CryptographicOperations.FixedTimeEquals(actual, expected);
    }

    private static bool TryParse(string phc, out int memory, out int passes, out int lanes, out byte[] salt, out byte[] hash)
    {
        (memory, passes, lanes, salt, hash) = (0, 0, 0, [], []);
        var parts = phc.Split('$');
        if (!phc.StartsWith(Lead, StringComparison.Ordinal) || parts.Length != 6)
        {
            return false;
        }

        var costs = parts[3].Split(',');
        return costs.Length == 3
            && TryCost(costs[0], "m=", 1 << 20, out memory) && TryCost(costs[1], "t=", 64, out passes) && TryCost(costs[2], "p=", 64, out lanes)
            && memory >= 8 * lanes
            && TryDecode(parts[4], out salt) && salt.Length >= 8
            && TryDecode(parts[5], out hash) && hash.Length is >= 16 and <= 128;
    }

    private static bool TryCost(string text, string name, int most, out int value)
    {
        value = 0;
        return text.StartsWith(name, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= most;
    }

    private static async Task<byte[]> ComputeAsync(byte[] secret, byte[] salt, int memory, int passes, int lanes, int length)
    {
        using var argon = new Argon2id(secret) { Salt = salt, MemorySize = memory, Iterations = passes, DegreeOfParallelism = lanes };
        return await argon.GetBytesAsync(length).ConfigureAwait(false);
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static bool TryDecode(string text, out byte[] bytes)
    {
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        bytes = new byte[padded.Length];
        var decoded = Convert.TryFromBase64String(padded, bytes, out var written);
        bytes = bytes[..written];
        return decoded;
    }
}
