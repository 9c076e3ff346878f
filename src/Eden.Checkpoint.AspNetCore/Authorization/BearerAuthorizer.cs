using Microsoft.AspNetCore.Http;

namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>The built-in check of the endpoints: the admin may do everything, a registered worker may read the experiment's record. Thread-safe.</summary>
internal sealed class BearerAuthorizer(BearerAuthentication bearers) : ICheckpointAuthorizer
{
    public async ValueTask AuthorizeAsync(HttpContext context, CheckpointOperation operation)
    {
        var caller = await bearers.AuthenticateAsync(context).ConfigureAwait(false);
        if (!caller.IsAdmin && operation != CheckpointOperation.ReadExperiment)
        {
            throw new CheckpointForbiddenException("Only the admin may do this.");
        }
    }
}
