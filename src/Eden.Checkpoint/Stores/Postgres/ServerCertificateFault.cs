using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Eden.Shared;
using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>Says what is wrong with a server's certificate, by the rules that the driver has applied.</summary>
internal static class ServerCertificateFault
{
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
            faults.Add($"shows a certificate with the wrong name: it is for {CertificateText.Names(certificate)}, not for {host}");
        }

        return faults.Count == 0 ? null : string.Join(", and ", faults);
    }

    private static string? FindUntrusted(NpgsqlConnectionStringBuilder settings, X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        if (RootFile(settings) is not { } root)
        {
            return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? CertificateText.OfChain(certificate, chain) : null;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(root);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(authorities);
        return chain.Build(certificate) ? null : CertificateText.OfChain(certificate, chain);
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
}
