using System.Buffers;
using System.Text;

namespace Eden.Checkpoint.Format.Rows.Grammar;

/// <summary>A URI with a scheme as RFC 3986 spells it. <see cref="Uri"/> takes much more: spaces, backslashes, non-ASCII text.</summary>
internal static class UriGrammar
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private const string SubDelimiters = "!$&'()*+,;=";

    private static readonly SearchValues<byte> s_scheme = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");
    private static readonly SearchValues<byte> s_path = Set(Unreserved + SubDelimiters + ":@/%");
    private static readonly SearchValues<byte> s_query = Set(Unreserved + SubDelimiters + ":@/?%");
    private static readonly SearchValues<byte> s_userInfo = Set(Unreserved + SubDelimiters + ":%");
    private static readonly SearchValues<byte> s_registeredName = Set(Unreserved + SubDelimiters + "%");
    private static readonly SearchValues<byte> s_futureAddress = Set(Unreserved + SubDelimiters + ":");
    private static readonly SearchValues<byte> s_hex = Set("0123456789abcdefABCDEF");
    private static readonly SearchValues<byte> s_digits = Set("0123456789");

    public static bool IsUri(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        if (colon < 1 || !char.IsAsciiLetter((char)text[0]) || text[..colon].ContainsAnyExcept(s_scheme))
        {
            return false;
        }

        var rest = text[(colon + 1)..];
        var hash = rest.IndexOf((byte)'#');
        if (hash >= 0)
        {
            if (!Holds(rest[(hash + 1)..], s_query))
            {
                return false;
            }

            rest = rest[..hash];
        }

        var question = rest.IndexOf((byte)'?');
        if (question >= 0)
        {
            if (!Holds(rest[(question + 1)..], s_query))
            {
                return false;
            }

            rest = rest[..question];
        }

        if (rest.StartsWith("//"u8))
        {
            var slash = rest[2..].IndexOf((byte)'/');
            var authority = slash < 0 ? rest[2..] : rest.Slice(2, slash);
            return IsAuthority(authority) && (slash < 0 || Holds(rest[(2 + slash)..], s_path));
        }

        return Holds(rest, s_path);
    }

    private static bool IsAuthority(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOf((byte)'@');
        if (at >= 0)
        {
            if (!Holds(text[..at], s_userInfo))
            {
                return false;
            }

            text = text[(at + 1)..];
        }

        var port = text.LastIndexOf((byte)':');
        if (text.StartsWith("["u8))
        {
            var close = text.IndexOf((byte)']');
            return close > 0 && IsAddress(text[1..close]) && IsPort(text[(close + 1)..]);
        }

        return port < 0 ? Holds(text, s_registeredName) : Holds(text[..port], s_registeredName) && IsPort(text[port..]);
    }

    /// <summary>Tells whether the text is empty or a colon and digits, as many as there are.</summary>
    private static bool IsPort(ReadOnlySpan<byte> text)
        => text.IsEmpty || (text[0] == (byte)':' && !text[1..].ContainsAnyExcept(s_digits));

    private static bool IsAddress(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("v"u8) || text.StartsWith("V"u8))
        {
            var dot = text.IndexOf((byte)'.');
            return dot > 1 && !text[1..dot].ContainsAnyExcept(s_hex)
                && text.Length > dot + 1 && !text[(dot + 1)..].ContainsAnyExcept(s_futureAddress);
        }

        // With a gap of one group or more, or all eight groups.
        var gap = text.IndexOf("::"u8);
        return gap < 0
            ? TryCountGroups(text, mayEndInV4: true, out var all) && all == 8
            : TryCountGroups(text[..gap], mayEndInV4: false, out var before) && TryCountGroups(text[(gap + 2)..], mayEndInV4: true, out var after) && before + after < 8;
    }

    /// <summary>Counts the 16-bit groups of a part of an IPv6 address; an IPv4 address at its end makes two.</summary>
    private static bool TryCountGroups(ReadOnlySpan<byte> text, bool mayEndInV4, out int count)
    {
        count = 0;
        while (!text.IsEmpty)
        {
            var colon = text.IndexOf((byte)':');
            var group = colon < 0 ? text : text[..colon];
            if (group.Length is >= 1 and <= 4 && !group.ContainsAnyExcept(s_hex))
            {
                count++;
            }
            else if (mayEndInV4 && colon < 0 && IsAddressV4(group))
            {
                count += 2;
            }
            else
            {
                return false;
            }

            if (colon == text.Length - 1)
            {
                return false;
            }

            text = colon < 0 ? [] : text[(colon + 1)..];
        }

        return true;
    }

    /// <summary>Tells whether the text is four numbers up to 255, without zeros in front.</summary>
    private static bool IsAddressV4(ReadOnlySpan<byte> text)
    {
        for (var number = 0; number < 4; number++)
        {
            var dot = number < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (dot is < 1 or > 3 || text[..dot].ContainsAnyExcept(s_digits) || (dot > 1 && text[0] == (byte)'0')
                || (dot == 3 && text[..3].SequenceCompareTo("255"u8) > 0))
            {
                return false;
            }

            text = text[Math.Min(dot + 1, text.Length)..];
        }

        return true;
    }

    private static bool Holds(ReadOnlySpan<byte> text, SearchValues<byte> allowed)
    {
        if (text.ContainsAnyExcept(allowed))
        {
            return false;
        }

        while (true)
        {
            var percent = text.IndexOf((byte)'%');
            if (percent < 0)
            {
                return true;
            }

            if (text.Length < percent + 3 || text.Slice(percent + 1, 2).ContainsAnyExcept(s_hex))
            {
                return false;
            }

            text = text[(percent + 3)..];
        }
    }

    private static SearchValues<byte> Set(string characters) => SearchValues.Create(Encoding.ASCII.GetBytes(characters));
}
