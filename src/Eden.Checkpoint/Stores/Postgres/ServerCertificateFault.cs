using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Says what is wrong with a server's certificate, by the rules that the driver has applied.</summary>
internal static class ServerCertificateFault
{
    private const int MostNames = 5;
    private const int LongestName = 100;

    /// <summary>Returns the fault as the rest of a sentence about the server; <see langword="null"/> when there is none.</summary>
    public static string? Find(
        NpgsqlConnectionStringBuilder settings, string host, X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        if (settings.SslMode < SslMode.VerifyCA)
        {
            return null;
        }

        var faults = new List<string>();
        if (FindUntrusted(settings, certificate, chain, errors) is { } untrusted)
        {
            faults.Add($"shows a certificate that is not trusted: {untrusted}");
        }

        if (settings.SslMode == SslMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            faults.Add($"shows a certificate with the wrong name: it is for {Names(certificate)}, not for {host}");
        }

        return faults.Count == 0 ? null : string.Join(", and ", faults);
    }

    private static string? FindUntrusted(NpgsqlConnectionStringBuilder settings, X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        if (RootFile(settings) is not { } root)
        {
            return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? Describe(certificate, chain) : null;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(root);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(authorities);
        return chain.Build(certificate) ? null : Describe(certificate, chain);
    }

    // Where the driver looks, in its order.
    private static string? RootFile(NpgsqlConnectionStringBuilder settings)
    {
        if ((settings.RootCertificate ?? Environment.GetEnvironmentVariable("PGSSLROOTCERT")) is { Length: > 0 } named)
        {
            return named;
        }

        var home = Environment.GetEnvironmentVariable(OperatingSystem.IsWindows() ? "APPDATA" : "HOME");
        var usual = home is null ? null : Path.Combine(home, OperatingSystem.IsWindows() ? "postgresql" : ".postgresql", "root.crt");
        return File.Exists(usual) ? usual : null;
    }

    private static string Describe(X509Certificate2 certificate, X509Chain chain)
    {
        var flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        var reasons = new List<string>();
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            // The certificate's own time, when it is that; else one of its authorities'.
            reasons.Add(string.Create(
                CultureInfo.InvariantCulture, $"it or one of its authorities has expired or is not valid yet (its own time is {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u})"));
        }

        // A signature by another key under the name of a known authority is one by an unknown authority.
        const X509ChainStatusFlags Unknown = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid;
        if ((flags & Unknown) != 0)
        {
            reasons.Add("it is signed by an authority that is not known here");
        }

        var others = flags & ~(X509ChainStatusFlags.NotTimeValid | Unknown);
        if (others != X509ChainStatusFlags.NoError)
        {
            reasons.Add(others.ToString());
        }

        return reasons.Count == 0 ? "its chain of authorities cannot be built" : string.Join(", ", reasons);
    }

    /// <summary>Lists the names that the certificate is for. They are the other side's: bounded, and without control characters.</summary>
    private static string Names(X509Certificate2 certificate)
    {
        var alternative = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        var names = alternative?.EnumerateDnsNames().Concat(alternative.EnumerateIPAddresses().Select(address => address.ToString())).Take(MostNames + 1).ToList() ?? [];
        if (names.Count == 0)
        {
            names.Add(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        }

        var shown = names.Take(MostNames).Select(name => new string([.. name.Take(LongestName).Select(character => char.IsControl(character) ? '?' : character)]));
        return string.Join(", ", shown) + (names.Count > MostNames ? ", …" : "");
    }
}
