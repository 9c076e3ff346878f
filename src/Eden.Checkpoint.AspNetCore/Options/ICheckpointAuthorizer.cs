using Microsoft.AspNetCore.Http;

namespace Eden.Checkpoint.AspNetCore;

/// <summary>Decides whether a request may do what it asks for. Register one before <c>AddEdenCheckpoint</c> to replace the built-in bearer check.</summary>
/// <remarks>Implementations are thread-safe. The request's body must be left alone: it is not read before the answer.</remarks>
public interface ICheckpointAuthorizer
{
    /// <summary>Returns when the request is allowed; throws when it is not.</summary>
    /// <param name="context">The request; its <see cref="HttpContext.RequestAborted"/> cancels the call.</param>
    /// <param name="operation">What it wants to do.</param>
    /// <exception cref="CheckpointUnauthorizedException">There is no credential, or not a valid one; answered with 401.</exception>
    /// <exception cref="CheckpointForbiddenException">The credential is valid but does not allow the operation; answered with 403.</exception>
    ValueTask AuthorizeAsync(HttpContext context, CheckpointOperation operation);
}
