namespace Eden.Checkpoint.SmokeRemote;

/// <summary>Reads what must not stand on a command line.</summary>
internal static class RequiredVariable
{
    public static string Read(string name)
        => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new InvalidOperationException($"The environment variable {name} is not set.");
}
