using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Eden.Checkpoint.Tests.Kit;

/// <summary>A certificate of a server as PEM, signed by an authority that is made with it.</summary>
internal sealed record ServerCertificate(string Authority, string Certificate, string Key)
{
    /// <summary>Makes one for a name or an address.</summary>
    public static ServerCertificate For(string name, TimeSpan? validFor = null)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=An authority of the tests", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var begin = DateTimeOffset.UtcNow.AddDays(-30);
        using var authority = authorityRequest.CreateSelfSigned(begin, begin.AddYears(10));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, begin, begin + (validFor ?? TimeSpan.FromDays(365)), RandomNumberGenerator.GetBytes(8));
        return new ServerCertificate(authority.ExportCertificatePem(), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
