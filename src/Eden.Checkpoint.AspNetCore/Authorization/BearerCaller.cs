namespace Eden.Checkpoint.AspNetCore.Authorization;

/// <summary>Whose bearer a request carries.</summary>
/// <param name="Name"><c>admin</c>, or the worker's id.</param>
/// <param name="IsAdmin">Whether it is the admin's.</param>
internal sealed record BearerCaller(string Name, bool IsAdmin);
