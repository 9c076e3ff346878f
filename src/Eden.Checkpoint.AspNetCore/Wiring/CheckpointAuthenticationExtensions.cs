using Eden.Checkpoint.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Eden.Checkpoint.AspNetCore;

/// <summary>Adds an authentication scheme for endpoints of the host's own, by the bearers that the checkpoint endpoints take.</summary>
public static class CheckpointAuthenticationExtensions
{
    /// <summary>Adds the scheme and the policies <see cref="EdenCheckpointDefaults.AdminPolicy"/> and <see cref="EdenCheckpointDefaults.WorkerPolicy"/>.</summary>
    /// <param name="builder">What <c>AddAuthentication</c> returns. <c>AddEdenCheckpoint</c> must be called on the services too: admin token and workers are those of its options.</param>
    /// <param name="authenticationScheme">The scheme's name.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// <para>The principal's name is <c>admin</c> or the worker's id, its role <see cref="EdenCheckpointDefaults.AdminRole"/> or <see cref="EdenCheckpointDefaults.WorkerRole"/>.
    /// A request that is refused gets a problem document, as from the checkpoint endpoints. Each bearer is verified once a request.</para>
    /// <para>A policy of the same name that the host adds, before or afterwards, takes the place of ours. The endpoints that <c>MapEdenCheckpoint</c> maps do not
    /// use policies: an <see cref="ICheckpointAuthorizer"/> of the host replaces their check.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="authenticationScheme"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="authenticationScheme"/> is empty.</exception>
    public static AuthenticationBuilder AddEdenCheckpoint(this AuthenticationBuilder builder, string authenticationScheme = EdenCheckpointDefaults.AuthenticationScheme)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(authenticationScheme);
        builder.Services.AddAuthorization();
        builder.Services.AddOptions<AuthorizationOptions>().Configure(policies =>
        {
            Add(policies, EdenCheckpointDefaults.AdminPolicy, EdenCheckpointDefaults.AdminRole);
            Add(policies, EdenCheckpointDefaults.WorkerPolicy, EdenCheckpointDefaults.AdminRole, EdenCheckpointDefaults.WorkerRole);
        });
        return builder.AddScheme<AuthenticationSchemeOptions, BearerAuthenticationHandler>(authenticationScheme, null);

        void Add(AuthorizationOptions policies, string name, params string[] roles)
        {
            if (policies.GetPolicy(name) is null)
            {
                policies.AddPolicy(name, policy => policy.AddAuthenticationSchemes(authenticationScheme).RequireRole(roles));
            }
        }
    }
}
