using System.Security.Claims;
using System.Text.Encodings.Web;
using Eden.Checkpoint.AspNetCore.Diagnostics;
using Eden.Checkpoint.AspNetCore.Results;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>The authentication scheme for a host's own endpoints: whom <see cref="BearerAuthentication"/> finds, as a principal. Challenges are answered as the
/// checkpoint endpoints answer: with problem documents.</summary>
internal sealed class BearerAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, BearerAuthentication bearers, IOptions<EdenCheckpointOptions> settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string BearerLead = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Other schemes may know what to do with other headers.
        if (!Request.Headers.Authorization.Any(static header => header?.StartsWith(BearerLead, StringComparison.OrdinalIgnoreCase) == true))
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            var caller = await bearers.AuthenticateAsync(Context).ConfigureAwait(false);
            var identity = new ClaimsIdentity(
                [
                    new Claim(ClaimTypes.NameIdentifier, caller.Name),
                    new Claim(ClaimTypes.Name, caller.Name),
                    new Claim(ClaimTypes.Role, caller.IsAdmin ? EdenCheckpointDefaults.AdminRole : EdenCheckpointDefaults.WorkerRole),
                ],
                Scheme.Name);
            return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name));
        }
        catch (Exception failure) when (!Context.RequestAborted.IsCancellationRequested)
        {
            // Also a store that does not answer: who it is can matter to nobody but an endpoint that asks, whose challenge says so.
            return AuthenticateResult.Fail(failure);
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        await AnswerAsync(result.Failure ?? new CheckpointUnauthorizedException("The request needs one Authorization header with a bearer.")).ConfigureAwait(false);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
        => AnswerAsync(new CheckpointForbiddenException("The bearer does not allow this."));

    private Task AnswerAsync(Exception failure)
    {
        var problem = WireProblem.Of(failure);
        if (problem.IsFault)
        {
            EndpointLog.AuthenticationFailed(Logger, failure);
        }

        return ProblemAnswer.WriteAsync(Context, problem, settings.Value.RetryAfter, settings.Value.MaxProblemViolations);
    }
}
