using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Eden.Checkpoint;

/// <summary>Makes ids as EDEN mints them, and tells what is one (spec §3). Thread-safe.</summary>
public static class OpaqueId
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const string Experiment = "exp_";
    private const int Length = 26;
    private const int TimeBytes = 6;
    private const long LatestMilliseconds = (1L << (8 * TimeBytes)) - 1;

    private static readonly SearchValues<byte> s_digits = SearchValues.Create(Encoding.ASCII.GetBytes(Digits));

    /// <summary>Mints an experiment's id, for a receiver that has none.</summary>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <returns><c>exp_</c> and a ULID in lowercase: 48 bits of the time in milliseconds, so that later ids sort behind earlier ones, and 80 random bits.</returns>
    public static string NewExperimentId(TimeProvider? timeProvider = null)
    {
        var milliseconds = Math.Clamp((timeProvider ?? TimeProvider.System).GetUtcNow().ToUnixTimeMilliseconds(), 0, LatestMilliseconds);
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(milliseconds >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], unchecked((uint)milliseconds));
        return string.Concat(Experiment, string.Create(Length, BinaryPrimitives.ReadUInt128BigEndian(bytes), static (text, value) =>
        {
            for (var index = text.Length - 1; index >= 0; index--)
            {
                text[index] = Digits[(int)(value & 31)];
                value >>= 5;
            }
        }));
    }

    /// <summary>Tells whether a text is an experiment's id: <c>exp_</c> and 26 characters of lowercase Crockford base32. One rule for archives, options and requests.</summary>
    /// <param name="text">The text.</param>
    public static bool IsExperimentId([NotNullWhen(true)] string? text)
    {
        Span<byte> bytes = stackalloc byte[Experiment.Length + Length];
        return text is not null && Encoding.UTF8.TryGetBytes(text, bytes, out var written) && IsOne(bytes[..written], "exp_"u8);
    }

    /// <summary>Returns an experiment's id, or refuses what is none.</summary>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    /// <exception cref="ArgumentException">The text is no experiment's id.</exception>
    internal static string RequireExperimentId(string text, string parameter)
    {
        ArgumentNullException.ThrowIfNull(text, parameter);
        return IsExperimentId(text) ? text : throw new ArgumentException("An experiment id is exp_ and 26 characters of lowercase Crockford base32.", parameter);
    }

    /// <summary>Tells whether a text is an id of the kind that the prefix names.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix)
        => text.Length == prefix.Length + Length && text.StartsWith(prefix) && !text[prefix.Length..].ContainsAnyExcept(s_digits);
}
