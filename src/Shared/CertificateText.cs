using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Eden.Shared;

/// <summary>Says what is wrong with a server's certificate. All texts in it are the other side's: they are bounded, and without control characters.</summary>
internal static class CertificateText
{
    private const int MostNames = 5;
    private const int LongestName = 100;

    // A signature by another key under the name of a known authority is one by an unknown authority.
    private const X509ChainStatusFlags Unknown = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid;

    /// <summary>Returns why a chain of authorities does not hold, as a clause about the certificate.</summary>
    public static string OfChain(X509Certificate2 certificate, X509Chain? chain)
    {
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        var reasons = new List<string>();
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            // The certificate's own time, when it is that; else one of its authorities'.
            reasons.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"it or one of its authorities has expired or is not valid yet (its own time is {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u})"));
        }

        if (flags.HasFlag(X509ChainStatusFlags.Revoked))
        {
            reasons.Add("it was revoked");
        }

        if ((flags & Unknown) != 0)
        {
            reasons.Add(certificate.Issuer == certificate.Subject
                ? $"it is signed by itself, {Shown(certificate.Subject)}"
                : $"it is signed by an authority that is not known here, {Shown(certificate.Issuer)}");
        }

        var others = flags & ~(X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.Revoked | Unknown);
        if (others != X509ChainStatusFlags.NoError)
        {
            reasons.Add(others.ToString());
        }

        return reasons.Count == 0 ? "its chain of authorities cannot be built" : string.Join(", ", reasons);
    }

    /// <summary>Lists the names that a certificate is for: the first few of its alternative names, else its own.</summary>
    public static string Names(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToArray();
        string[] names =
        [
            .. alternatives.SelectMany(static extension => extension.EnumerateDnsNames())
                .Concat(alternatives.SelectMany(static extension => extension.EnumerateIPAddresses()).Select(static address => address.ToString()))
                .Take(MostNames + 1),
        ];
        return names.Length == 0
            ? Shown(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false))
            : string.Join(", ", names.Take(MostNames).Select(Shown)) + (names.Length > MostNames ? " and others" : "");
    }

    private static string Shown(string name)
        => ShortText.Of(string.Concat(name.Select(static character => char.IsControl(character) ? '?' : character)), LongestName);
}
