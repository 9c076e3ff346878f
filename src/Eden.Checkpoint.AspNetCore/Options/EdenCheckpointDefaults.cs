namespace Eden.Checkpoint.AspNetCore;

/// <summary>The names of the authentication scheme, and of the roles and policies that come with it.</summary>
public static class EdenCheckpointDefaults
{
    /// <summary>The scheme that <c>AddAuthentication().AddEdenCheckpoint()</c> adds, unless it is given another name.</summary>
    public const string AuthenticationScheme = "EdenCheckpoint";

    /// <summary>The policy that lets the admin in.</summary>
    public const string AdminPolicy = "EdenCheckpoint.Admin";

    /// <summary>The policy that lets the admin and every registered worker in.</summary>
    public const string WorkerPolicy = "EdenCheckpoint.Worker";

    /// <summary>The role of the admin.</summary>
    public const string AdminRole = "EdenCheckpoint.Admin";

    /// <summary>The role of a registered worker; the name of the principal is the worker's id.</summary>
    public const string WorkerRole = "EdenCheckpoint.Worker";
}
