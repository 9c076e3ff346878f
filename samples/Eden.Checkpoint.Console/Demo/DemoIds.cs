using System.Security.Cryptography;
using System.Text;

namespace Eden.Checkpoint.ConsoleHost.Demo;

/// <summary>Ids for the demo: of the right shape, and the same in every run.</summary>
internal static class DemoIds
{
    private const string Crockford = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Gets the id of the deployment that the demo imports into.</summary>
    public static string Receiver => Opaque("exp", 2);

    /// <summary>Returns an opaque id: the prefix and 26 characters of lowercase Crockford base32.</summary>
    public static string Opaque(string prefix, int number)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{prefix} {number}"));
        return $"{prefix}_{string.Concat(hash.Take(26).Select(value => Crockford[value % 32]))}";
    }

    /// <summary>Returns 32 hexadecimal digits that stand for a name.</summary>
    public static string Hex(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32];
}
